import { AwsV4Signer } from 'aws4fetch';
import { pathFrom, type BucketSettings } from '#config';
import { readSecret, sign, type Signed } from './credentials.js';

/** Of an empty body: every request is a GET. */
const EMPTY_SHA256 = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';

/**
 * Adds to a request of a bucket what shows who asks: headers and queries of its credentials, and the signature of AWS (version 4) where its
 * settings name keys. Files are read each time, so changed keys count from then on.
 * @param datetime of the request, 20130524T000000Z; now unless given
 * @throws SourceFailure CREDENTIALS_UNREADABLE
 */
export async function signRequest(url: URL, settings: BucketSettings, domainFolder: string, datetime?: string): Promise<Signed> {
  const asked = await sign(url, settings.credentials, domainFolder);
  const { signature } = settings;
  if (signature === undefined) return asked;
  const secret = (file: string) => readSecret(pathFrom(domainFolder, file));
  const signer = new AwsV4Signer({
    ...{
      url: asked.url.href,
      headers: { ...asked.headers, 'x-amz-content-sha256': EMPTY_SHA256 },
      service: 's3',
      region: signature.region,
    },
    ...{ accessKeyId: await secret(signature.accessKey), secretAccessKey: await secret(signature.secretKey) },
    ...(signature.sessionToken !== undefined && { sessionToken: await secret(signature.sessionToken) }),
    ...(datetime !== undefined && { datetime }),
  });
  const { url: signedUrl, headers } = await signer.sign();
  const plain = Object.fromEntries(headers);
  delete plain['host']; // the client writes it itself
  return { url: signedUrl, headers: plain };
}
