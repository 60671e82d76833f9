/** What the user can put right: a wrong flag, a name that does not exist, a file that cannot be written. Exit code 2. */
export class Problem extends Error {}
