import {
  type EventSourceMappingConfiguration,
  GetEventSourceMappingCommand,
  type LambdaClient,
  ListEventSourceMappingsCommand,
  ResourceConflictException,
  ResourceInUseException,
  ResourceNotFoundException,
  TooManyRequestsException,
  UpdateEventSourceMappingCommand,
} from "@aws-sdk/client-lambda";
import { mappingUpdate } from "./mapping-update.ts";
import type { ChangeEnd, FoundMapping, Mappings } from "./scaler.ts";

/**
 * Finds a queue's event source mapping by the queue, and remembers which it is.
 *
 * @see https://docs.aws.amazon.com/lambda/latest/api/API_UpdateEventSourceMapping.html
 */
export const lambdaMappings = (client: LambdaClient): Mappings => {
  const idsByQueue = new Map<string, string>();
  const forget = (id: string): void => {
    for (const [queueArn, known] of idsByQueue) if (known === id) idsByQueue.delete(queueArn);
  };

  const get = async (id: string, abortSignal: AbortSignal): Promise<FoundMapping | undefined> => {
    try {
      return found(await client.send(new GetEventSourceMappingCommand({ UUID: id }), { abortSignal }));
    } catch (error) {
      if (!(error instanceof ResourceNotFoundException)) throw error;
      forget(id);
      return undefined;
    }
  };

  const search = async (queueArn: string, abortSignal: AbortSignal): Promise<FoundMapping | undefined> => {
    let Marker: string | undefined;
    do {
      const command = new ListEventSourceMappingsCommand({ EventSourceArn: queueArn, Marker });
      const { EventSourceMappings = [], NextMarker } = await client.send(command, { abortSignal });
      const mapping = EventSourceMappings.filter(({ State }) => State !== "Deleting").map(found)[0];
      if (mapping !== undefined) {
        idsByQueue.set(queueArn, mapping.id);
        return mapping;
      }
      Marker = NextMarker;
    } while (Marker !== undefined && Marker !== "");
    return undefined;
  };

  return {
    find: async (queueArn, signal) => {
      const id = idsByQueue.get(queueArn);
      return (id === undefined ? undefined : await get(id, signal)) ?? (await search(queueArn, signal));
    },
    change: async (id, change, abortSignal) => {
      try {
        const command = new UpdateEventSourceMappingCommand({ UUID: id, ...mappingUpdate(change) });
        await client.send(command, { abortSignal });
        return "changed";
      } catch (error) {
        const end = endOf(error);
        if (end === "missing") forget(id);
        return end;
      }
    },
  };
};

const found = (mapping: EventSourceMappingConfiguration): FoundMapping => {
  const { State, ScalingConfig, ProvisionedPollerConfig: { MinimumPollers, MaximumPollers } = {} } = mapping;
  return {
    id: mapping.UUID ?? "",
    functionArn: mapping.FunctionArn ?? "",
    limit: ScalingConfig?.MaximumConcurrency,
    isEnabled: IS_ENABLED[State ?? ""],
    isChanging: State !== "Enabled" && State !== "Disabled",
    pollers:
      MinimumPollers === undefined || MaximumPollers === undefined
        ? undefined
        : { min: MinimumPollers, max: MaximumPollers },
  };
};

/** `Creating` and `Updating` do not tell. */
const IS_ENABLED: Readonly<Record<string, boolean>> = {
  Enabled: true,
  Enabling: true,
  Disabled: false,
  Disabling: false,
};

/** What an answer other than success means. @throws what is none of them */
const endOf = (error: unknown): ChangeEnd => {
  if (error instanceof ResourceInUseException || error instanceof ResourceConflictException) return "busy";
  if (error instanceof TooManyRequestsException) return "throttled";
  if (error instanceof ResourceNotFoundException) return "missing";
  throw error;
};
