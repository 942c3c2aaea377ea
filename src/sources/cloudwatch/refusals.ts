/** CloudWatch Logs' refusals as errors with their mend. https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/CommonErrors.html */
import { UserError } from '../../errors.ts';
import { shortened } from '../../wire/refusal-words.ts';

/** As it came, before anything is made of it. */
export class LogsRefusal extends Error {
  readonly status: number;
  /** `ThrottlingException`; '' where it did not say. */
  readonly type: string;
  readonly said: string;

  constructor(status: number, type: string, said: string) {
    super(`${status} ${type}: ${said}`);
    this.status = status;
    this.type = type;
    this.said = said;
  }

  /** Asked too often: it is to be asked again. */
  get isThrottling(): boolean {
    return THROTTLED.has(this.type);
  }

  /** The credentials have ended. */
  get isExpired(): boolean {
    return EXPIRED.has(this.type);
  }
}

const THROTTLED = new Set([
  ...['ThrottlingException', 'Throttling', 'ThrottledException', 'TooManyRequestsException'],
  // So many queries run at a time.
  ...['RequestLimitExceeded', 'LimitExceededException', 'ServiceUnavailableException'],
]);
const EXPIRED = new Set(['ExpiredTokenException', 'ExpiredToken', 'RequestExpired', 'TokenRefreshRequired']);
const UNKNOWN = new Set([
  ...['UnrecognizedClientException', 'InvalidSignatureException', 'InvalidClientTokenId'],
  ...['IncompleteSignature', 'MissingAuthenticationToken', 'MissingAuthenticationTokenException'],
]);

/** Null: it is no refusal of an AWS service that speaks JSON. */
export function readRefusal(status: number, said: string): LogsRefusal | null {
  try {
    const json = JSON.parse(said) as {
      __type?: unknown;
      code?: unknown;
      message?: unknown;
      Message?: unknown;
    };
    const named = json.__type ?? json.code;
    if (typeof named !== 'string') return null;
    // `com.amazonaws.logs#ThrottlingException`, `ThrottlingException:http://…`
    const type = named.replace(/^.*#/, '').replace(/:.*$/, '');
    return new LogsRefusal(status, type, String(json.message ?? json.Message ?? ''));
  } catch {
    return null;
  }
}

/** `action`: `FilterLogEvents`. `place`: the group, and where it is. */
export function refusedBy(place: string, action: string, refusal: LogsRefusal): UserError {
  const { type, status } = refusal;
  const said = shortened(refusal.said);
  const message = `${place}: ${action} was answered with ${type || status}${said === '' ? '' : `: ${said}`}`;
  const more = (hint: string) => ({ hint, cause: refusal });
  if (refusal.isExpired)
    return new UserError(
      'AUDIT_NO_CREDENTIALS',
      message,
      more('log in again: aws sso login, or what you use'),
    );
  if (UNKNOWN.has(type))
    return new UserError(
      'AUDIT_NO_CREDENTIALS',
      message,
      more('aws sts get-caller-identity says who AWS_* and ~/.aws are'),
    );
  if (/^AccessDenied|^NotAuthorized/.test(type))
    return new UserError(
      'AUDIT_FORBIDDEN',
      message,
      more(`the right logs:${action} on the log group is needed`),
    );
  if (type === 'ResourceNotFoundException')
    return new UserError(
      'AUDIT_STORE_REFUSED',
      message,
      more(
        'is it the right group, and region? aws logs describe-log-groups --log-group-name-prefix /aws/eks/',
      ),
    );
  if (refusal.isThrottling)
    return new UserError(
      'AUDIT_STORE_REFUSED',
      message,
      more('others ask there too: try again a little later'),
    );
  return new UserError('AUDIT_STORE_REFUSED', message, more('--explain prints what is sent'));
}

/** What it was refused with; '' where the error is another one. */
export function refusalType(error: unknown): string {
  return error instanceof UserError && error.cause instanceof LogsRefusal ? error.cause.type : '';
}
