import type { PlayCase } from "./case.ts";
import { takesABatch } from "./cases/batch.ts";
import { cancelsARunningJob, cancelsAWaitingJob } from "./cases/cancel.ts";
import { pausesAndResumes, takesALimit } from "./cases/control.ts";
import { deadLettersWhatIsNoJob, movesDeadLettersBack } from "./cases/dead-letters.ts";
import { describesItself, refusesStrangers } from "./cases/describe.ts";
import { knowsDuplicates } from "./cases/duplicates.ts";
import { buriesPoison, buriesWhatIsRefused } from "./cases/poison.ts";
import { keepsALargeInput, keepsRecords, removesExpiredRecords } from "./cases/records.ts";
import { redrivesByFilter, redrivesOne, redrivesWhatWasMended } from "./cases/redrive.ts";
import { refusesBadInput } from "./cases/refuse.ts";
import { deliversAWebhook, runsAJob, triesAgain } from "./cases/run.ts";
import type { CaseName } from "./expectations.ts";

const LIMIT_MS = 90_000;
/** AWS takes a minute or two to pause a queue, or to change its limit. */
const CONTROL_LIMIT_MS = 240_000;

/** The longest that a case may take, in milliseconds. */
export const caseLimitMs = (name: CaseName): number =>
  name === "pauses-and-resumes" || name === "takes-a-limit" ? CONTROL_LIMIT_MS : LIMIT_MS;

/** How each case is played; a case that no target is expected to pass has nothing here. */
export const CASES: Readonly<Partial<Record<CaseName, PlayCase>>> = {
  "describes-itself": describesItself,
  "refuses-strangers": refusesStrangers,
  "refuses-bad-input": refusesBadInput,
  "runs-a-job": runsAJob,
  "delivers-a-webhook": deliversAWebhook,
  "tries-again": triesAgain,
  "takes-a-batch": takesABatch,
  "knows-duplicates": knowsDuplicates,
  "cancels-a-waiting-job": cancelsAWaitingJob,
  "cancels-a-running-job": cancelsARunningJob,
  "buries-poison": buriesPoison,
  "buries-what-is-refused": buriesWhatIsRefused,
  "redrives-one": redrivesOne,
  "redrives-what-was-mended": redrivesWhatWasMended,
  "redrives-by-filter": redrivesByFilter,
  "dead-letters-what-is-no-job": deadLettersWhatIsNoJob,
  "moves-dead-letters-back": movesDeadLettersBack,
  "pauses-and-resumes": pausesAndResumes,
  "takes-a-limit": takesALimit,
  "keeps-a-large-input": keepsALargeInput,
  "keeps-records": keepsRecords,
  "removes-expired-records": removesExpiredRecords,
};
