/* SPDX-License-Identifier: MIT */
#include "ops/generator.h"

#include <math.h>

#include "base/clock.h"

enum { N = INK_GENERATOR_WORDS, M = 397 };

void ink_generator_init(struct ink_generator *g, uint32_t seed)
{
    *g = (struct ink_generator){.state = {seed}, .used = N};
    for (uint32_t i = 1; i < N; i++) g->state[i] = 1812433253u * (g->state[i - 1] ^ g->state[i - 1] >> 30) + i;
}

static void renew(struct ink_generator *g)
{
    for (int i = 0; i < N; i++) {
        uint32_t both = (g->state[i] & 0x80000000u) | (g->state[(i + 1) % N] & 0x7FFFFFFFu);
        g->state[i] = g->state[(i + M) % N] ^ both >> 1 ^ (both & 1 ? 0x9908B0DFu : 0);
    }
    g->used = 0;
}

static uint32_t word(struct ink_generator *g)
{
    if (g->used == N) renew(g);
    uint32_t x = g->state[g->used++];
    x ^= x >> 11;
    x ^= x << 7 & 0x9D2C5680u;
    x ^= x << 15 & 0xEFC60000u;
    return x ^ x >> 18;
}

double ink_generator_uniform(struct ink_generator *g)
{
    uint32_t high = word(g) >> 5, low = word(g) >> 6;
    return ((double)high * 0x1p26 + (double)low) * 0x1p-53;
}

double ink_generator_normal(struct ink_generator *g)
{
    double x, y, square;
    if (g->has_spare) {
        g->has_spare = false;
        return g->spare;
    }
    do {
        x = 2 * ink_generator_uniform(g) - 1;
        y = 2 * ink_generator_uniform(g) - 1;
        square = x * x + y * y;
    } while (square >= 1 || square == 0);
    double scale = sqrt(-2 * log(square) / square);
    g->spare = x * scale;
    g->has_spare = true;
    return y * scale;
}

uint32_t ink_generator_seed(double seed)
{
    uint64_t bits;
    if (fabs(seed) < 0x1p53 && seed == trunc(seed)) return (uint32_t)(int64_t)seed;
    memcpy(&bits, &seed, sizeof bits);
    return (uint32_t)(bits ^ bits >> 32);
}

uint32_t ink_generator_fresh_seed(const struct ink_op_ctx *ctx)
{
    static _Atomic uint32_t calls;
    uint64_t now = ink_clock_us();
    return (uint32_t)(now ^ now >> 32) * 2654435761u + calls++ * 40503u + (uint32_t)ctx->node->position;
}
