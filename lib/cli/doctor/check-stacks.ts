import type { StackState } from "./aws-account.ts";
import { type Finding, fail, ok, warn } from "./finding.ts";
import type { SynthesizedStack } from "./synthesized-stage.ts";
import { awsOptions, cdkOptions, type Target } from "./target.ts";

/** A stack of the stage, as it is in the account; undefined where it is not deployed. */
export type FoundStack = SynthesizedStack & { readonly state: StackState | undefined };

/** Tells whether the stage's stacks are in a state that can be deployed to, and how to get them there. */
export const checkStacks = (found: readonly FoundStack[], target: Target): readonly Finding[] => {
  const troubled = found.flatMap((stack) => troubleOf(stack, target));
  const sound = found.filter((stack) => troubleOf(stack, target).length === 0);
  const says = sound.map(({ name, state }) => `${name} ${state?.status ?? "is not deployed yet"}`).join(", ");
  return sound.length === 0 ? troubled : [ok("stacks", says), ...troubled];
};

const troubleOf = ({ name, cdkId, state }: FoundStack, target: Target): readonly Finding[] => {
  if (state === undefined) return [];
  const trouble = TROUBLES.find(({ statuses }) => statuses.test(state.status));
  if (trouble === undefined) return [];
  const commands = commandsFor(name, cdkId, target);
  const reason = state.reason === undefined ? "" : ` (${state.reason.split("\n")[0]?.slice(0, 200)})`;
  const level = trouble.isFatal ? fail : warn;
  return [level("stacks", `${name} is ${state.status}${reason}: ${trouble.means}`, ...trouble.next(commands))];
};

type Commands = Readonly<Record<"events" | "rollback" | "remove" | "wait" | "deploy", string>>;

const commandsFor = (name: string, cdkId: string, target: Target): Commands => {
  const [aws, cdk] = [awsOptions(target), cdkOptions(target)];
  const failed = `"StackEvents[?contains(ResourceStatus,'FAILED')].[LogicalResourceId,ResourceStatusReason]"`;
  return {
    events: `aws cloudformation describe-stack-events --stack-name ${name} --query ${failed} --output text${aws}`,
    rollback: `npx cdk rollback ${cdkId}${cdk}`,
    remove: `aws cloudformation delete-stack --stack-name ${name}${aws}`,
    wait: "npx sluice doctor   (again, when it is done)",
    deploy: `npx cdk deploy --all${cdk}`,
  };
};

type Trouble = {
  readonly statuses: RegExp;
  readonly isFatal: boolean;
  readonly means: string;
  readonly next: (commands: Commands) => readonly string[];
};

/** @see https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/view-stack-events.html */
const TROUBLES: readonly Trouble[] = [
  {
    statuses: /^REVIEW_IN_PROGRESS$/,
    isFatal: false,
    means: "a change set was made and never executed; a deployment goes on from there",
    next: ({ deploy }) => [deploy],
  },
  {
    statuses: /_IN_PROGRESS$/,
    isFatal: true,
    means: "another operation is under way, and CloudFormation takes one at a time",
    next: ({ wait }) => [wait],
  },
  {
    statuses: /^ROLLBACK_COMPLETE$/,
    isFatal: false,
    means: "its first deployment failed and was undone; the next one deletes what is left and starts anew",
    next: ({ events, deploy }) => [`${events}   (says why)`, deploy],
  },
  {
    statuses: /^ROLLBACK_FAILED$/,
    isFatal: true,
    means: "its first deployment failed and could not be undone",
    next: ({ events, remove }) => [`${events}   (says why)`, remove],
  },
  {
    statuses: /^(CREATE|UPDATE|UPDATE_ROLLBACK)_FAILED$/,
    isFatal: true,
    means: "a deployment stopped half way",
    next: ({ events, rollback }) => [`${events}   (says why)`, rollback],
  },
  {
    statuses: /^DELETE_FAILED$/,
    isFatal: true,
    means: "a deletion stopped half way",
    next: ({ events, remove }) => [`${events}   (says why)`, remove],
  },
  {
    statuses: /^(UPDATE_ROLLBACK_COMPLETE|IMPORT_ROLLBACK_COMPLETE)$/,
    isFatal: false,
    means: "its last deployment failed and was undone; what ran before runs on",
    next: ({ events, deploy }) => [`${events}   (says why)`, deploy],
  },
  {
    statuses: /_FAILED$/,
    isFatal: true,
    means: "an operation failed",
    next: ({ events }) => [`${events}   (says why)`],
  },
];
