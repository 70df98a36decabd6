// SPDX-License-Identifier: MIT
// usage: node js_client.mjs ENDPOINT MODEL PICTURE
// @aws-sdk/client-s3: crc32 by default; streams go out aws-chunked, chunked twice; host names get bucket.host.
import assert from "node:assert/strict";
import { createReadStream, readFileSync } from "node:fs";
import http from "node:http";
import { Readable } from "node:stream";
import {
  AbortMultipartUploadCommand, CopyObjectCommand, CreateBucketCommand, CreateMultipartUploadCommand, DeleteBucketCommand,
  DeleteObjectCommand, DeleteObjectsCommand, GetObjectCommand, HeadObjectCommand, ListBucketsCommand,
  ListObjectsV2Command, PutObjectCommand, S3Client, UploadPartCommand,
} from "@aws-sdk/client-s3";

const [, , endpoint, modelPath, picturePath] = process.argv;
const model = readFileSync(modelPath), picture = readFileSync(picturePath);
const optional = async (name) => import(name).catch(() => console.log("not installed:", name));

async function bytes(answer) {
  return Buffer.from(await answer.Body.transformToByteArray());
}

async function refused(name, promise) {
  try {
    await promise;
  } catch (error) {
    assert.equal(error.name, name);
    return;
  }
  assert.fail(`${name} was expected`);
}

async function objects(s3, Bucket) {
  await s3.send(new CreateBucketCommand({ Bucket }));
  assert((await s3.send(new ListBucketsCommand({}))).Buckets.some((b) => b.Name === Bucket));
  await s3.send(new PutObjectCommand({ Bucket, Key: "model.onnx", Body: model }));
  await s3.send(new PutObjectCommand({ Bucket, Key: "digit.png", Body: picture, ContentType: "image/png", Metadata: { who: "me" } }));
  const got = await s3.send(new GetObjectCommand({ Bucket, Key: "digit.png" }));
  assert.equal(got.ContentType, "image/png");
  assert.equal(got.Metadata.who, "me");
  assert((await bytes(got)).equals(picture));
  const part = await s3.send(new GetObjectCommand({ Bucket, Key: "model.onnx", Range: "bytes=10-19" }));
  assert((await bytes(part)).equals(model.subarray(10, 20)));

  // a stream has no hash beforehand: STREAMING-UNSIGNED-PAYLOAD-TRAILER
  await s3.send(new PutObjectCommand({ Bucket, Key: "stream", Body: createReadStream(modelPath), ContentLength: model.length }));
  assert((await bytes(await s3.send(new GetObjectCommand({ Bucket, Key: "stream", ChecksumMode: "ENABLED" })))).equals(model));
  const pieces = Readable.from([Buffer.from("hello"), Buffer.from(" "), Buffer.from("there")]);
  await s3.send(new PutObjectCommand({ Bucket, Key: "pieces", Body: pieces, ContentLength: 11 }));
  assert.equal(await (await s3.send(new GetObjectCommand({ Bucket, Key: "pieces" }))).Body.transformToString(), "hello there");

  for (const algorithm of ["CRC32", "CRC32C", "SHA1", "SHA256"]) {
    const Key = `sum/${algorithm}`;
    const put = await s3.send(new PutObjectCommand({ Bucket, Key, Body: picture, ChecksumAlgorithm: algorithm }));
    const head = await s3.send(new HeadObjectCommand({ Bucket, Key, ChecksumMode: "ENABLED" }));
    assert(put[`Checksum${algorithm}`], algorithm);
    assert.equal(put[`Checksum${algorithm}`], head[`Checksum${algorithm}`]);
    assert((await bytes(await s3.send(new GetObjectCommand({ Bucket, Key, ChecksumMode: "ENABLED" })))).equals(picture));
  }
  await refused("NoSuchKey", s3.send(new GetObjectCommand({ Bucket, Key: "none" })));
  await refused("NotFound", s3.send(new HeadObjectCommand({ Bucket, Key: "none" })));
  await refused("PreconditionFailed", s3.send(new PutObjectCommand({ Bucket, Key: "stream", Body: "x", IfNoneMatch: "*" })));
}

async function oddKeys(s3, Bucket) {
  const keys = ["a//b", "a+b c", "per%25cent", "zwölf/七.png", "quote'()!*"];
  for (const Key of keys) {
    await s3.send(new PutObjectCommand({ Bucket, Key, Body: Key }));
    assert.equal(await (await s3.send(new GetObjectCommand({ Bucket, Key }))).Body.transformToString(), Key);
    await s3.send(new CopyObjectCommand({ Bucket, Key: `copy/${Key}`, CopySource: encodeURIComponent(`${Bucket}/${Key}`) }));
  }
  const listed = await s3.send(new ListObjectsV2Command({ Bucket, Prefix: "copy/" }));
  assert.deepEqual(listed.Contents.map((o) => o.Key).sort(), keys.map((k) => `copy/${k}`).sort());
}

async function multipart(s3, Bucket) {
  const big = Buffer.alloc(21 << 20, model);
  const { UploadId } = await s3.send(new CreateMultipartUploadCommand({ Bucket, Key: "gone" }));
  await s3.send(new UploadPartCommand({ Bucket, Key: "gone", UploadId, PartNumber: 1, Body: big.subarray(0, 5 << 20) }));
  await s3.send(new AbortMultipartUploadCommand({ Bucket, Key: "gone", UploadId }));
  const storage = await optional("@aws-sdk/lib-storage");
  if (!storage) return;
  await new storage.Upload({ client: s3, params: { Bucket, Key: "big", Body: Readable.from([big]) }, partSize: 5 << 20, queueSize: 4 }).done();
  assert((await bytes(await s3.send(new GetObjectCommand({ Bucket, Key: "big" })))).equals(big));
}

async function presigned(s3, Bucket) {
  const presigner = await optional("@aws-sdk/s3-request-presigner");
  if (!presigner) return;
  if (Bucket === "host-style") return; // fetch would have to find bucket.localhost
  const url = await presigner.getSignedUrl(s3, new GetObjectCommand({ Bucket, Key: "digit.png" }), { expiresIn: 60 });
  assert(Buffer.from(await (await fetch(url)).arrayBuffer()).equals(picture));
}

async function clear(s3, Bucket) {
  const { Contents } = await s3.send(new ListObjectsV2Command({ Bucket }));
  await s3.send(new DeleteObjectCommand({ Bucket, Key: Contents[0].Key }));
  await s3.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects: Contents.map(({ Key }) => ({ Key })), Quiet: true } }));
  await s3.send(new DeleteBucketCommand({ Bucket }));
}

// bucket.localhost is loopback for browsers and curl, but not for every resolver
const lookup = (name, options, done) =>
  options.all ? done(null, [{ address: "127.0.0.1", family: 4 }]) : done(null, "127.0.0.1", 4);
const httpAgent = new http.Agent({ lookup, keepAlive: true });
const settings = { region: "us-east-1", maxAttempts: 1 };
const clients = {
  "path-style": new S3Client({ ...settings, endpoint, forcePathStyle: true }),
  "host-style": new S3Client({ ...settings, endpoint: endpoint.replace("127.0.0.1", "localhost"), requestHandler: { httpAgent } }),
};
for (const [bucket, s3] of Object.entries(clients)) {
  for (const step of [objects, oddKeys, multipart, presigned, clear]) {
    await step(s3, bucket);
    console.log("ok", bucket, step.name);
  }
  s3.destroy();
}
httpAgent.destroy();
