/* SPDX-License-Identifier: MIT */
#include "pipeline/objects.h"

static ink_status perform(struct ink_objects *self, struct ink_s3_call *calls, size_t count, uint64_t deadline_us)
{
    return ink_s3_perform(((struct ink_s3_objects *)self)->s3, calls, count, deadline_us);
}

void ink_s3_objects_init(struct ink_s3_objects *out, struct ink_s3 *s3)
{
    *out = (struct ink_s3_objects){.objects = {perform}, .s3 = s3};
}
