/** Joins the engine that an endpoint file names: opens its socket, and each side proves that it knows the secret. */
import { connect, type Socket } from 'node:net';
import { readEndpointFile } from '../endpoint.ts';
import { drawNonce, isProof, proofOf } from '../proof.ts';
import { helloRequest, PROTOCOL_VERSION, proveRequest } from '../protocol/index.ts';
import { LostError } from './errors.ts';
import { Session } from './session.ts';

const HANG_MS = 10_000;
/** How long the greeting may take where the user has asked for a restart. */
const IMPATIENT_MS = 3_000;

export type Joined =
  | { kind: 'joined'; session: Session }
  /** Nobody listens, or not an engine that knows the secret. */
  | { kind: 'absent' }
  /** Somebody listens and says nothing; `pid` as in the endpoint file. */
  | { kind: 'silent'; pid: number };

export interface JoinOptions {
  /** How the engine names this client. */
  name: string;
  hangMs?: number;
  /** False: one that does not greet at once counts as silent, though it opens a model. */
  patient?: boolean;
  /** Called when a joined engine hangs, with its pid. */
  onHung?: (pid: number) => void;
  signal?: AbortSignal;
}

/** Never rejects but with the signal's reason. */
export async function join(endpointFile: string, options: JoinOptions): Promise<Joined> {
  const { name, hangMs = HANG_MS, patient = true, onHung, signal } = options;
  const file = readEndpointFile(endpointFile);
  const socket = file && (await open(file.socket));
  if (!file || !socket) return { kind: 'absent' };
  const { pid } = file;
  const patienceMs = () => patienceOf(endpointFile, pid);
  const greetingMs = patient ? hangMs : Math.min(hangMs, IMPATIENT_MS);
  const session = new Session(socket, { hangMs, patienceMs, onHung: () => onHung?.(pid) });
  let silent = false;
  const giveUp = () => {
    if (patient && patienceMs() > 0) {
      timer = setTimeout(giveUp, greetingMs);
      return;
    }
    silent = true;
    session.drop();
  };
  let timer = setTimeout(giveUp, greetingMs);
  const stop = () => session.drop();
  signal?.addEventListener('abort', stop, { once: true });
  try {
    await greet(session, file.token, name);
    return { kind: 'joined', session };
  } catch {
    // An engine that is just leaving, or whoever has the place of one that is gone.
    session.drop();
    signal?.throwIfAborted();
    return silent ? { kind: 'silent', pid } : { kind: 'absent' };
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', stop);
  }
}

/** The handshake of `protocol/lifecycle.ts`. */
async function greet(session: Session, token: string, name: string): Promise<void> {
  const nonce = drawNonce();
  const hello = await session.runUnwatched((connection) =>
    connection.sendRequest(helloRequest, { protocol: PROTOCOL_VERSION, nonce }),
  );
  const nonces = { client: nonce, engine: hello.nonce };
  if (!isProof(hello.proof, proofOf(token, 'engine', nonces))) throw new LostError();
  const prove = { proof: proofOf(token, 'client', nonces), client: { name, pid: process.pid } };
  session.engine = await session.runUnwatched((connection) => connection.sendRequest(proveRequest, prove));
}

/** For how long the engine has asked to be left alone, in ms: it opens a model. */
function patienceOf(endpointFile: string, pid: number): number {
  const file = readEndpointFile(endpointFile);
  return file?.pid === pid ? Math.max(0, (file.busyUntil ?? 0) - Date.now()) : 0;
}

function open(path: string): Promise<Socket | undefined> {
  return new Promise((resolve) => {
    const socket = connect(path);
    socket.once('connect', () => {
      socket.removeAllListeners('error');
      resolve(socket);
    });
    socket.once('error', () => resolve(undefined));
  });
}
