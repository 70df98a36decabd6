/* SPDX-License-Identifier: MIT */
#include "local/output.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

enum { READ_MAX = 1024 * 1024 };

ink_status ink_output_open(struct ink_output *output, int kept_fd, struct ink_error *err)
{
    int fds[2];
    *output = (struct ink_output){.read_fd = -1, .write_fd = -1, .kept_fd = kept_fd};
    if (pipe2(fds, O_CLOEXEC)) return ink_fail(err, INK_E_OOM, "no descriptors are left");
    output->read_fd = fds[0];
    output->write_fd = fds[1]; /* waits when it is full: it is the process that must not be faster than its reader */
    fcntl(output->read_fd, F_SETFL, O_NONBLOCK);
    return INK_OK;
}

void ink_output_close(struct ink_output *output)
{
    if (output->read_fd >= 0) close(output->read_fd);
    if (output->write_fd >= 0) close(output->write_fd);
    output->read_fd = output->write_fd = -1;
}

static void keep(const struct ink_output *output, char *line, size_t len)
{
    line[len++] = '\n';
    for (size_t done = 0; done < len;) {
        ssize_t n = write(output->kept_fd, line + done, len - done);
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) return; /* a full disk: the lines are lost, the function goes on */
        done += (size_t)n;
    }
}

static void end_line(struct ink_output *output, bool (*on_line)(void *, struct ink_view), void *self)
{
    size_t len = output->len;
    output->len = 0;
    if (len && on_line(self, ink_view_of(output->line, len))) keep(output, output->line, len);
}

void ink_output_read(struct ink_output *output, bool (*on_line)(void *self, struct ink_view line), void *self)
{
    char bytes[INK_OUTPUT_LINE_MAX];
    ssize_t n;
    for (size_t all = 0; all < READ_MAX && (n = read(output->read_fd, bytes, sizeof bytes)) > 0; all += (size_t)n) {
        for (ssize_t i = 0; i < n; i++) {
            if (bytes[i] == '\n' || output->len == INK_OUTPUT_LINE_MAX) end_line(output, on_line, self);
            if (bytes[i] != '\n') output->line[output->len++] = bytes[i];
        }
    }
}
