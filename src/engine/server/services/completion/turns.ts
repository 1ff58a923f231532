/** Prompts of models that complete in a chat's answer: the marks of their own chat template around what is asked. */
import type { ChatMessage, PromptSegment } from '../../../protocol/index.ts';
import { EngineFailure } from '../../core/failure.ts';
import type { ModelHandle } from '../../core/modelHandle.ts';

/** A piece of a prompt that is tokens already, and never gives way. */
export interface Marks {
  marks: Int32Array;
}

export type FilledSegment = PromptSegment | Marks;

/** Stands where the question does while the template is rendered; no template has a word for it. */
const PLACE = '⟦quire⟧';

/** Where a template begins the answer with thoughts, none are wanted. */
const THINKS = /<think>\s*$/;
const NO_THOUGHTS = '\n</think>\n\n';

type Model = Pick<ModelHandle, 'tokenizer' | 'renderChat'>;

interface Frame {
  before: Int32Array;
  between: Int32Array;
}

/** The templates of the models that are open. */
export class Turns {
  /** By the instruction. */
  readonly #frames = new WeakMap<Model, Map<string, Promise<Frame>>>();

  /** @throws EngineFailure `promptInvalid` where the model has no template, or it refuses a question. */
  async fill(model: Model, segments: readonly PromptSegment[]): Promise<FilledSegment[]> {
    const system = segments.flatMap((one) => ('system' in one ? one.system : []))[0];
    if (system === undefined) throw new EngineFailure('promptInvalid', 'The request is malformed: nobody asks.');
    const { before, between } = await this.#frameOf(model, system);
    return segments.map((one) => ('turn' in one ? { marks: one.turn === 'user' ? before : between } : one));
  }

  #frameOf(model: Model, system: string): Promise<Frame> {
    const known = this.#frames.get(model) ?? new Map<string, Promise<Frame>>();
    this.#frames.set(model, known);
    const frame = known.get(system) ?? frameOf(model, system);
    known.set(system, frame);
    return frame;
  }
}

async function frameOf(model: Model, system: string): Promise<Frame> {
  const question: ChatMessage = { role: 'user', content: PLACE };
  // Many templates take no system message.
  const text = await model
    .renderChat([{ role: 'system', content: system }, question])
    .catch(() => model.renderChat([{ role: 'user', content: `${system}\n\n${PLACE}` }]));
  const [before, behind, ...more] = text.split(PLACE);
  if (before === undefined || behind === undefined || more.length > 0) {
    throw new EngineFailure(
      'promptInvalid',
      "The model's chat template leaves out what is asked. Choose another model.",
    );
  }
  const between = THINKS.test(behind) ? behind.trimEnd() + NO_THOUGHTS : behind;
  const { tokenizer } = model;
  return { before: tokenizer.encodeTemplate(before), between: tokenizer.encodeTemplate(between) };
}
