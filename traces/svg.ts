/** Renders a picture without an installed Graphviz: graphviz-cli carries it as WebAssembly, loaded only when asked for. */

export async function renderSvg(dot: string): Promise<string> {
  const { renderGraphFromSource } = await import('graphviz-cli');
  return await renderGraphFromSource({ input: dot }, { format: 'svg' });
}
