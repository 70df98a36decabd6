// SPDX-License-Identifier: MIT
// The command of the AWS CLI that does what a button does, ready to be pasted into a shell.

// One word for a POSIX shell, whatever is in it. Control characters are written $'...': a newline in a key must not
// become a line of somebody's shell.
export function shellWord(text) {
  if (/^[A-Za-z0-9_\-.,:/@%+=]+$/.test(text)) return text;
  if (!/[\u0000-\u001f\u007f]/.test(text)) return `'${text.replaceAll("'", "'\\''")}'`;
  const escaped = text.replace(/[\\'\u0000-\u001f\u007f]/g, (c) =>
    c === "\\" || c === "'" ? `\\${c}` : `\\x${c.charCodeAt(0).toString(16).padStart(2, "0")}`);
  return `$'${escaped}'`;
}

export function environment(about) {
  return [`AWS_ENDPOINT_URL=${shellWord(about.endpoint)}`, `AWS_ACCESS_KEY_ID=${shellWord(about.access_key)}`,
    `AWS_SECRET_ACCESS_KEY=${shellWord(about.secret)}`, `AWS_DEFAULT_REGION=${shellWord(about.region)}`].join(" ");
}

// A file's name may begin with "-", which no command may take for an option.
const file = (name) => shellWord(name.startsWith("-") ? `./${name}` : name);
const url = (bucket, key) => shellWord(`s3://${bucket}/${key}`);

export const put = (bucket, key, name) => `aws s3 cp ${file(name)} ${url(bucket, key)}`;
export const get = (bucket, key, name) => `aws s3 cp ${url(bucket, key)} ${file(name)}`;
