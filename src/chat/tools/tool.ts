/** What a tool is, and what a call of one comes to. */

/** The part of a JSON schema that is looked at. */
export interface ParameterSchema {
  type?: string;
  description?: string;
}

/** A tool as it is told to the model. Its parameters are an object; all of them scalars where the tool is Quire's own. */
export interface ToolSpec {
  name: string;
  description: string;
  parameters: { properties?: Record<string, ParameterSchema>; required?: readonly string[] };
  /** Other names that models give it, in lower case, letters only. */
  aliases?: readonly string[];
  /** Other names of its parameters, likewise, by the right one. */
  parameterAliases?: Record<string, readonly string[]>;
  /** The parameter that is written outside of JSON, behind the others: code, a command. */
  body?: string;
}

export interface ParsedCall {
  name: string;
  arguments: Record<string, unknown>;
}

/** A call, or what is wrong with what was meant as one, in words for the model. */
export type CallOutcome = { call: ParsedCall } | { problem: string };
