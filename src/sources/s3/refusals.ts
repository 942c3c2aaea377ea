/** S3's refusals as errors with their mend. https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html */
import { type ErrorCode, UserError } from '../../errors.ts';
import { inWords, type Said } from '../archive/answers.ts';

export interface Refusal extends Said {
  readonly status: number;
  /** Where the bucket is. */
  readonly region?: string;
}

export interface RefusingPlace {
  readonly name: string;
  readonly bucket: string;
  readonly address: string;
  /** Nothing was found to sign with. */
  readonly isAnonymous: boolean;
}

export function refusedBy(place: RefusingPlace, refusal: Refusal): UserError {
  const { status, code, region } = refusal;
  const said = inWords(refusal);
  const [error, hint] = meaningOf(place, refusal);
  if (region !== undefined && (status === 301 || status === 307 || /Malformed|Redirect/.test(code)))
    return new UserError('AUDIT_STORE_REFUSED', `${place.name} is not there: ${said}`, {
      hint: `say region ${region}`,
    });
  if (code === '' && status === 200)
    return new UserError(
      'AUDIT_STORE_REFUSED',
      `what answers at ${place.address} is no S3: it sent ${said}`,
      {
        hint: 'is it the right address, or a login page before it?',
      },
    );
  return new UserError(error, `${place.name} at ${place.address} answered ${status}: ${said}`, { hint });
}

function meaningOf({ isAnonymous, bucket }: RefusingPlace, { status, code }: Refusal): [ErrorCode, string] {
  if (code === 'NoSuchBucket')
    return ['AUDIT_STORE_REFUSED', `is ${bucket} the right bucket, and the endpoint?`];
  if (code === 'RequestTimeTooSkewed')
    return ['AUDIT_NO_CREDENTIALS', 'the clock of this machine is wrong, or that of the server'];
  if (UNKNOWN_KEYS.has(code) || status === 401)
    return ['AUDIT_NO_CREDENTIALS', 'aws sts get-caller-identity says who AWS_* and ~/.aws are'];
  if (status === 403 && isAnonymous)
    return [
      'AUDIT_NO_CREDENTIALS',
      'no credentials were found: AWS_PROFILE, AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or auth.aws.profile',
    ];
  if (status === 403)
    return ['AUDIT_FORBIDDEN', 's3:ListBucket of the bucket and s3:GetObject of its objects are needed'];
  return ['AUDIT_STORE_REFUSED', '--explain prints what is sent'];
}

const UNKNOWN_KEYS = new Set([
  ...['InvalidAccessKeyId', 'SignatureDoesNotMatch', 'ExpiredToken', 'InvalidToken'],
  ...['TokenRefreshRequired', 'InvalidSecurity'],
]);
