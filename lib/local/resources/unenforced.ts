import { differs, type Treatment } from "./treatment.ts";

/** What says who may do something: here everybody may. */
export const unenforced: Treatment = differs("IAM is not enforced here: every call is allowed");
