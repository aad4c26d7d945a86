/** Tells whether a text can be the cursor of a page of dead jobs: when the last of them died, and its id. */
export const isDeadCursor = (text: string): boolean => /^\d{4}-\d\d-\d\dT[\d:.]+Z#.+$/.test(text);
