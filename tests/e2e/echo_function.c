/* SPDX-License-Identifier: MIT */
/* A stand-in for bootstrap that does what it does to S3 and nothing else: reads the picture, asks for a model, writes
 * results.json and results.txt beside it. */
#include <stdio.h>
#include <stdlib.h>

#include "cloud.h"

static const char *header(const struct s3_client *client, const char *name)
{
    const char *at = (const char *)client->head.data, *end = at + client->head.len;
    for (const char *value; at < end; at = value + strlen(value) + 1) {
        value = at + strlen(at) + 1;
        if (strcasecmp(at, name) == 0) return value;
    }
    return "";
}

static void handle(struct s3_client *s3, const char *event)
{
    char key[1100] = "", target[1200];
    const char *at = strstr(event, "\"key\":\"");
    if (!at) return;
    sscanf(at + 7, "%1023[^\"]", key);
    snprintf(target, sizeof target, "/handwriting/%s", key);
    if (s3_call(s3, "GET", target, ink_view_of(NULL, 0)) != 200) return;
    char *name = strrchr(target, '/') + 1;
    strcpy(name, "model.onnx");
    s3_call(s3, "GET", target, ink_view_of(NULL, 0));
    strcpy(name, "results.json");
    s3_call(s3, "PUT", target, ink_view_text("{}\n"));
    strcpy(name, "results.txt");
    s3_call(s3, "PUT", target, ink_view_text("class=1 ; probability=1.000000 \n"));
}

int main(void)
{
    struct s3_client api, s3;
    char path[200], id[80];
    s3_init(&api, (uint16_t)atoi(strrchr(getenv("AWS_LAMBDA_RUNTIME_API"), ':') + 1));
    s3_init(&s3, (uint16_t)atoi(strrchr(getenv("AWS_ENDPOINT_URL_S3"), ':') + 1));
    while (s3_call(&api, "GET", "/2018-06-01/runtime/invocation/next", ink_view_of(NULL, 0)) == 200) {
        snprintf(id, sizeof id, "%s", header(&api, "Lambda-Runtime-Aws-Request-Id"));
        handle(&s3, (const char *)api.body.data);
        snprintf(path, sizeof path, "/2018-06-01/runtime/invocation/%s/response", id);
        s3_call(&api, "POST", path, ink_view_text("{}"));
    }
    return 1;
}
