/** Invocations at once of the campaign's job types: the stage's ceilings, and what is fixed by hand. */
export const LIMITS = { "deliver-webhook": 10, "impatient-webhook": 4 } as const;
