/* SPDX-License-Identifier: MIT */
#include "pipeline/advice.h"

#include <stdarg.h>
#include <stdio.h>

enum {
    WELL_PERCENT = 90, /* of the references: a network trained on MNIST reads that much */
    SENTENCE_MAX = 400,
};

static void say(json_t *list, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void say(json_t *list, const char *format, ...)
{
    char sentence[SENTENCE_MAX];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(sentence, sizeof sentence, format, arguments);
    va_end(arguments);
    json_array_append_new(list, json_string(sentence));
}

static void on_reading(json_t *list, const struct ink_finding *finding)
{
    if (finding->shown == 0) return;
    if (!finding->sure) {
        say(list,
            "it reads the reference characters in none of the ways that they were shown to it (%d of %d at best): it "
            "was "
            "trained on something else, or not enough; how it wants its pictures can be said in NAME.json",
            finding->right, finding->shown);
        return;
    }
    if (finding->right * 100 < WELL_PERCENT * finding->shown)
        say(list,
            "it misreads %d of %d reference characters: longer training, or pictures that are moved, turned and "
            "thickened while it is trained, would help",
            finding->shown - finding->right, finding->shown);
    if (finding->confused_count > 1)
        say(list, "its most frequent mistake is to read %c as %c", finding->confused[0], finding->confused[1]);
}

static void on_pictures(json_t *list, const struct ink_convention *c, bool handwriting)
{
    if (!handwriting) return;
    if (c->want.polarity == INK_POLARITY_DARK_INK)
        say(list, "it was trained on dark ink; MNIST's ink is bright: inkling turns the pictures over for it");
    if (c->want.transposed)
        say(list, "it was trained with rows and columns exchanged, as EMNIST's files have them: inkling does the same");
    if (c->want.width != 28 || c->want.height != 28)
        say(list, "it takes %dx%d pixels where MNIST has 28x28: each costs it as much as %.1f of those", c->want.width,
            c->want.height, (double)c->want.width * c->want.height / (28.0 * 28.0));
    if (c->want.channels == 3)
        say(list, "it takes three channels; ink needs one, at a third of the first layer's work");
    if (c->classes != 10 && c->classes != 0 && !c->labels)
        say(list, "it has %lld classes where digits are 10: say what they mean as \"labels\" in NAME.json",
            (long long)c->classes);
}

json_t *ink_advice(const struct ink_classifier *classifier)
{
    const struct ink_convention *c = &classifier->convention;
    json_t *list = json_array();
    on_reading(list, &classifier->finding);
    on_pictures(list, c, classifier->finding.sure);
    if (c->scores == INK_SCORES_LOGITS || c->scores == INK_SCORES_COUNT)
        say(list, "it does not end in a Softmax: where its numbers are no probabilities, inkling makes them such");
    return list;
}
