import { i18n } from '../app/i18n';
import { askProof } from '../parts/ask';
import { connectionGood, connectionLost } from './connection';

export interface FieldProblem {
  pointer: string;
  code: string;
  detail: string;
  /** Who has this value already. */
  record?: string;
}

const nameIn = (pointer: string) =>
  pointer.split('/')[1]?.replaceAll('~1', '/').replaceAll('~0', '~') ?? '';

/** What the server answered when it refused, or what kept it from answering (status 0). */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly requestId = '',
    readonly errors: FieldProblem[] = [],
    readonly body: Record<string, unknown> = {},
    readonly retryAfter = 0,
  ) {
    super(message);
  }

  /** The sentences by the first name in their pointer: "/phone" → phone. */
  byField(): Record<string, string> {
    const out: Record<string, string> = {};
    for (const e of this.errors) {
      const name = nameIn(e.pointer);
      out[name] = out[name] ? `${out[name]} ${e.detail}` : e.detail;
    }
    return out;
  }

  /** The records that hold a value already, by the field's name. */
  holders(): Record<string, string> {
    return Object.fromEntries(
      this.errors.flatMap((e) => (e.record ? [[nameIn(e.pointer), e.record]] : [])),
    );
  }
}

/** The record that the one asked for was merged into. */
export const mergedInto = (e: unknown) =>
  e instanceof ApiError && e.code === 'merged' ? e.errors[0]?.record : undefined;

/** It is not there any more, or not for this reader. */
export const isGone = (e: unknown) =>
  e instanceof ApiError && (e.status === 403 || e.status === 404);

let csrf = '';
let signedOut: () => Promise<boolean> = async () => false;
let setupRequired: () => void = () => {};

export function setCsrf(value: string) {
  csrf = value;
}

/** true: somebody has signed in again. */
export function onSignedOut(fn: () => Promise<boolean>) {
  signedOut = fn;
}

/** The server wants the second factor set up before anything else. */
export const isSetupDemanded = (e: unknown) =>
  e instanceof ApiError && e.code === 'second_factor_setup_required';

export function onSetupRequired(fn: () => void) {
  setupRequired = fn;
}

export interface Call {
  method?: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  body?: unknown;
  query?: Record<string, string | number | undefined | null>;
  headers?: Record<string, string>;
  /** The version that was seen, for writes of one record. */
  version?: number | string;
  /** One key for one intention of the user; a repeated send does not act twice. */
  key?: string;
  signal?: AbortSignal;
}

export function newKey(): string {
  return crypto.randomUUID?.() ?? Array.from(crypto.getRandomValues(new Uint32Array(4))).join('-');
}

/** The keys of what one form sends: whatever says the same has the same key until it is answered. */
export function keyKeeper() {
  let sent = '';
  let key = '';
  return {
    of(content: unknown): string {
      const text = JSON.stringify(content);
      if (text !== sent) key = newKey();
      sent = text;
      return key;
    },
    /** The same once more would be meant anew. */
    answered() {
      sent = '';
    },
  };
}

export function apiUrl(path: string, query: Call['query'] = {}): string {
  const q = new URLSearchParams();
  for (const [k, v] of Object.entries(query))
    if (v !== undefined && v !== null && v !== '') q.set(k, String(v));
  const text = q.toString();
  return `/api/v1${path}${text ? `?${text}` : ''}`;
}

function parseJson(text: string): Record<string, unknown> {
  try {
    const value = JSON.parse(text);
    return value && typeof value === 'object' ? value : {};
  } catch {
    return {};
  }
}

function problemOf(response: Response, text: string): ApiError {
  const body = parseJson(text);
  const words = [body.detail, body.title].find((w) => typeof w === 'string' && w);
  return new ApiError(
    response.status,
    typeof body.code === 'string' ? body.code : `http_${response.status}`,
    typeof words === 'string' ? words : i18n.t('error.status', { status: response.status }),
    typeof body.request_id === 'string'
      ? body.request_id
      : (response.headers.get('X-Request-Id') ?? ''),
    Array.isArray(body.errors) ? (body.errors as FieldProblem[]) : [],
    body,
    Number(response.headers.get('Retry-After') ?? 0),
  );
}

function requestOf(call: Call, raw?: Blob): RequestInit {
  const method = call.method ?? 'GET';
  const headers: Record<string, string> = { 'Accept-Language': i18n.language, ...call.headers };
  if (method !== 'GET') {
    headers['X-CSRF-Token'] = csrf;
    if (call.key) headers['Idempotency-Key'] = call.key;
    headers['Content-Type'] ??= 'application/json';
    if (call.version !== undefined) headers['If-Match'] = `"${call.version}"`;
  }
  const init: RequestInit = { method, headers, credentials: 'same-origin' };
  if (call.signal) init.signal = call.signal;
  if (raw) init.body = raw;
  else if (call.body !== undefined) init.body = JSON.stringify(call.body);
  return init;
}

/** What a proxy says in the place of a server that is down. */
const gateway = new Set(['http_502', 'http_503', 'http_504']);

function unreached(): ApiError {
  connectionLost();
  return new ApiError(0, 'offline', i18n.t('error.offline'));
}

async function sendOnce(path: string, call: Call, raw?: Blob): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(apiUrl(path, call.query), requestOf(call, raw));
  } catch (e) {
    if (e instanceof DOMException && e.name === 'AbortError') throw e;
    throw unreached();
  }
  if (response.ok) {
    connectionGood();
    return response;
  }
  const problem = problemOf(response, await response.text());
  if (gateway.has(problem.code)) throw unreached();
  connectionGood();
  if (isSetupDemanded(problem) && path !== '/model') setupRequired();
  throw problem;
}

/** Gives up without a word, as the user wished. */
const givenUp = () => new DOMException('given up', 'AbortError');

/** Sends; where the server wants to know again who it is, asks for that and sends once more. */
async function send(path: string, call: Call, raw?: Blob): Promise<Response> {
  try {
    return await sendOnce(path, call, raw);
  } catch (e) {
    if (!(e instanceof ApiError)) throw e;
    if (e.code === 'signed_out' && !path.startsWith('/session') && (await signedOut()))
      return sendOnce(path, call, raw);
    if (e.code !== 'proof_required') throw e;
    if (!(await askProof(e.body.proof === 'code' ? 'code' : 'password'))) throw givenUp();
    return sendOnce(path, call, raw);
  }
}

export async function api<T>(path: string, call: Call = {}): Promise<T> {
  const response = await send(path, call);
  if (response.status === 204) return undefined as T;
  const text = await response.text();
  return (text ? JSON.parse(text) : undefined) as T;
}

export interface StoredFile {
  id: string;
  name: string;
  size: number;
  type: string;
}

export async function upload(file: File, signal?: AbortSignal): Promise<StoredFile> {
  const call: Call = {
    method: 'POST',
    headers: {
      'Content-Type': file.type || 'application/octet-stream',
      'X-File-Name': encodeURIComponent(file.name),
    },
  };
  if (signal) call.signal = signal;
  const response = await send('/files', call, file);
  return ((await response.json()) as { data: StoredFile }).data;
}

export function fileUrl(id: string): string {
  return apiUrl(`/files/${id}/content`);
}
