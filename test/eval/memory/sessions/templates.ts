/** What people tell and ask in the sessions that are made: each thing is told in some words and asked for in others. */

export interface Attribute {
  /** In words of the person; `s` is what it is of, `v` its value. */
  tell: ((s: string, v: string) => string)[];
  /** Later, with another value. */
  change: ((s: string, v: string) => string)[];
  ask: ((s: string) => string)[];
  /** As an assistant says it. */
  answer: (s: string, v: string) => string;
  values: readonly string[];
}

export const SERVICES = (
  'payments ledger invoices checkout search catalogue shipping returns loyalty fraud notifications identity profiles reviews ' +
  'inventory pricing promotions messaging analytics billing subscriptions vouchers tracking recommendations'
)
  .split(' ')
  .map((name) => `${name} service`);

export const ATTRIBUTES: Record<string, Attribute> = {
  port: {
    tell: [
      (s, v) => `The ${s} listens on port ${v} behind the proxy.`,
      (s, v) => `Our port for the ${s} is ${v}.`,
      (s, v) => `By the way, the ${s} got port ${v}.`,
    ],
    change: [(s, v) => `The ${s} listens on port ${v} now.`, (s, v) => `We moved the ${s} to port ${v}.`],
    ask: [
      (s) => `Which port does the ${s} listen on?`,
      (s) => `What is the port of the ${s}?`,
      (s) => `Remind me which port we gave the ${s}`,
    ],
    answer: (s, v) =>
      `The proxy has a rule that forwards /${s.split(' ')[0]} to port ${v}, which is where the ${s} listens.`,
    values: ['8443', '9091', '7070', '6061', '5055', '4242', '8899', '7331'],
  },
  database: {
    tell: [
      (s, v) => `The ${s} keeps its data in ${v}.`,
      (s, v) => `We chose ${v} as the database of the ${s}.`,
      (s, v) => `The database of the ${s} is ${v}.`,
    ],
    change: [
      (s, v) => `The database of the ${s} is ${v} now.`,
      (s, v) => `We migrated the database of the ${s} to ${v}.`,
    ],
    ask: [
      (s) => `Which database does the ${s} use?`,
      (s) => `In which database does the ${s} keep its data?`,
      (s) => `What did we choose as database for the ${s}?`,
    ],
    answer: (s, v) =>
      `The connection string in its settings points to ${v}, so that is the database in which the ${s} keeps its data.`,
    values: ['Postgres', 'MySQL', 'MongoDB', 'CockroachDB', 'DynamoDB', 'SQLite', 'Cassandra'],
  },
  owner: {
    tell: [
      (s, v) => `${v} owns the ${s}, so reviews of it go to that desk.`,
      (s, v) => `The owner of the ${s} is ${v}.`,
    ],
    change: [
      (s, v) => `The owner of the ${s} is ${v} now.`,
      (s, v) => `${v} took over the ${s}, and is its owner from today on.`,
    ],
    ask: [(s) => `Who owns the ${s}?`, (s) => `Who is the owner of the ${s}?`],
    answer: (s, v) => `The file of code owners lists ${v} for the folder of the ${s}, which makes ${v} its owner.`,
    values: ['Anna', 'Bela', 'Chidi', 'Dana', 'Emre', 'Farah', 'Goran', 'Hana'],
  },
  timeout: {
    tell: [
      (s, v) => `Requests to the ${s} have a timeout of ${v} seconds.`,
      (s, v) => `The timeout of the ${s} is ${v} seconds.`,
    ],
    change: [
      (s, v) => `The timeout of the ${s} is ${v} seconds now.`,
      (s, v) => `We raised the timeout of the ${s} to ${v} seconds.`,
    ],
    ask: [
      (s) => `What is the timeout of the ${s}?`,
      (s) => `After how many seconds do requests to the ${s} time out? Which timeout did we set?`,
    ],
    answer: (s, v) => `Its client is made with a timeout of ${v} seconds, so calls to the ${s} give up after that.`,
    values: ['3', '7', '12', '18', '25', '45', '75'],
  },
  region: {
    tell: [
      (s, v) => `The ${s} is deployed in the region ${v}.`,
      (s, v) => `The region of the ${s} is ${v}, because of its customers.`,
    ],
    change: [(s, v) => `The region of the ${s} is ${v} now.`, (s, v) => `We moved the region of the ${s} to ${v}.`],
    ask: [(s) => `In which region is the ${s} deployed?`, (s) => `What region does the ${s} run in?`],
    answer: (s, v) => `The deployment has one entry: the ${s} is deployed to the region ${v}, with two zones.`,
    values: ['Frankfurt', 'Oregon', 'Mumbai', 'Dublin', 'Tokyo', 'Montreal'],
  },
  deploy: {
    tell: [(s, v) => `We deploy the ${s} on ${v}s only.`, (s, v) => `The release day of the ${s} is ${v}.`],
    change: [(s, v) => `The release day of the ${s} is ${v} now.`],
    ask: [(s) => `On which day do we deploy and release the ${s}?`, (s) => `What is the release day of the ${s}?`],
    answer: (s, v) => `The pipeline is scheduled: every ${v} is the release day, on which the ${s} is deployed.`,
    values: ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday'],
  },
};

export interface Preference {
  tell: string[];
  ask: string[];
  /** A word that shows that it was found. */
  needle: string;
}

export const PREFERENCES: Preference[] = [
  {
    tell: [
      'I prefer early returns over nested conditions.',
      'Please write early returns, I do not like nested conditions.',
    ],
    ask: ['Do I prefer early returns or nested conditions?', 'How do I like nested conditions to be written?'],
    needle: 'early returns',
  },
  {
    tell: ['We write tests with node:test here, no other runner.', 'For tests, use node:test and its mocks.'],
    ask: ['Which test runner do we write tests with?', 'Write tests for the parser with the runner we use for tests'],
    needle: 'node:test',
  },
  {
    tell: ['I like imports sorted by length of their path.', 'Keep imports sorted by the length of the path, please.'],
    ask: ['How do I like my imports sorted?', 'Sort the imports the way I like imports'],
    needle: 'length',
  },
  {
    tell: [
      'Commit messages should be in the imperative, with a scope in brackets.',
      'I want commit messages in the imperative, and a scope in brackets.',
    ],
    ask: [
      'How should commit messages be written?',
      'Write a commit message for this, in the style we want commit messages',
    ],
    needle: 'imperative',
  },
  {
    tell: ['Names of booleans begin with is or has in our code.', 'We begin names of booleans with is or has.'],
    ask: ['How do we name booleans?', 'What is our rule for names of booleans?'],
    needle: 'is or has',
  },
  {
    tell: [
      'Errors are thrown as AppError with a code, never as plain strings.',
      'Throw errors as AppError with a code.',
    ],
    ask: ['How do we throw errors?', 'Which class of errors do we throw?'],
    needle: 'AppError',
  },
  {
    tell: [
      'I prefer composition over inheritance for widgets.',
      'Widgets are composed, we prefer composition over inheritance.',
    ],
    ask: [
      'Do we prefer composition or inheritance for widgets?',
      'Should the new widget use inheritance, given what we prefer for widgets?',
    ],
    needle: 'composition',
  },
  {
    tell: [
      'Dates are stored as UTC milliseconds, and formatted in the view only.',
      'We store dates as UTC milliseconds.',
    ],
    ask: ['How do we store dates?', 'In which form are dates stored in our tables?'],
    needle: 'UTC',
  },
];

/** What else is talked about: questions about programming whose words are those of any project. */
const SUBJECTS = [
  'array of numbers',
  'linked list',
  'binary tree',
  'queue of jobs',
  'map of strings',
  'stream of bytes',
  'matrix',
  'table of rows',
  'log file',
  'graph of tasks',
  'ring buffer',
  'set of points',
];
const ACTIONS = [
  'sort',
  'reverse',
  'filter',
  'merge',
  'split',
  'serialise',
  'compress',
  'walk',
  'copy',
  'validate',
  'print',
  'hash',
];
const LANGUAGES = ['Go', 'Rust', 'TypeScript', 'Python', 'Kotlin', 'Swift'];
const DETAILS = [
  'A loop with two indices is enough; mind the border at the end, where one of them may be past the last element.',
  'The standard library has a function for that, which is stable and takes a comparison as its last argument.',
  'Allocate once, and grow by doubling; that keeps the cost of each step constant on average.',
  'Recursion is the shortest way, but a stack of your own does not overflow where the input is deep.',
  'Write it as a generator, so that a caller can stop early and nothing is kept in memory longer than needed.',
  'Handle the empty case first, since the general one divides by the count and would give no number.',
];

export function chatter(pick: <T>(from: readonly T[]) => T): { question: string; answer: string } {
  const [action, subject, language] = [pick(ACTIONS), pick(SUBJECTS), pick(LANGUAGES)];
  return {
    question: `How do I ${action} a ${subject} in ${language}?`,
    answer: `To ${action} a ${subject} in ${language}: ${pick(DETAILS)} ${pick(DETAILS)}`,
  };
}

/** What needs no memory. */
export const NEEDS_NONE = [
  'Thanks, that works!',
  'hello',
  'ok, great',
  'Explain this function',
  'Write tests for the selected code',
  'Refactor this method',
  'Fix the error in this file',
  'What does this regex match?',
  'Great job, thank you',
  'good morning',
  'Add comments to this class',
  'Can you simplify this code?',
];

/** What a turn asks for after a person told something. */
export const REQUESTS = [
  'Can you check the readme for typos?',
  'Which log level would you set for tests?',
  'Could you draft a checklist for the review?',
  'Is there anything to add to the pipeline for it?',
  'What would you write in the changelog?',
];
export const REPLIES = [
  'I have looked through it and found nothing that is wrong; two sentences could be shorter.',
  'A checklist with five points is enough: scope, tests, names, errors, and what is told to users.',
  'Debug is too much in a pipeline; take the level for warnings, and raise it where something fails.',
  'One line is enough, in the past tense, with the number of the ticket at its end.',
];
