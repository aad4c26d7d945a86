import { RemovalPolicy } from "aws-cdk-lib";
import { type ISecret, Secret } from "aws-cdk-lib/aws-secretsmanager";
import { Construct } from "constructs";
import { acknowledge } from "./acknowledge.ts";
import { keepLogicalId } from "./logical-id.ts";

/** A job type's secrets, by the name of the variable that carries each. */
export type JobSecrets = Readonly<Record<string, GeneratedSecret>>;

export type GeneratedSecretProps = {
  readonly jobType: string;
  /** The variable of the worker's environment that carries the value. */
  readonly variable: string;
};

const PUNCTUATION = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~";

/** A secret whose value is made once, by Secrets Manager, and which outlives its stack. */
export class GeneratedSecret extends Construct {
  readonly secret: ISecret;

  constructor(scope: Construct, id: string, props: GeneratedSecretProps) {
    super(scope, id);
    this.secret = new Secret(this, "Secret", {
      description: `${props.variable} of job type ${props.jobType}`,
      // 32 letters and digits are the base64 of 24 bytes, the least that Standard Webhooks asks for.
      // Punctuation is named besides, for emulators that read the characters and not the flag.
      generateSecretString: { passwordLength: 32, excludePunctuation: true, excludeCharacters: PUNCTUATION },
      removalPolicy: RemovalPolicy.RETAIN,
    });
    keepLogicalId(this.secret, props.jobType, "Secret", props.variable);
    acknowledge(
      this.secret,
      "SMG4",
      "who verifies with this key has it too: a new one by schedule would break every receiver that was not told of it",
    );
  }

  /**
   * Returns the value as Standard Webhooks writes a key, for a variable of a function.
   *
   * CloudFormation resolves it at deployment: the template shows a reference only.
   *
   * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/dynamic-references-secretsmanager.html
   */
  signingKey(): string {
    return `whsec_${this.secret.secretValue.unsafeUnwrap()}`;
  }
}
