/* SPDX-License-Identifier: MIT */
/* finding_cache.h - what was found out about a model (pipeline/probe.h), kept for the next command that opens it: a file of
 * some 400 bytes a model in $XDG_CACHE_HOME/inkling, else ~/.cache/inkling.
 *
 * Named by the SHA-256 of model and settings, so a changed model is another one. In it stands what a report would say, and it is
 * read like one (pipeline/known.h): it can name a convention that would have been tried, nothing else. A file that cannot
 * be read, or is damaged, is as none; one that cannot be written is not. Models with weights in other files are left out,
 * as their own bytes do not tell what they are. */
#ifndef INK_CLI_FINDING_CACHE_H
#define INK_CLI_FINDING_CACHE_H

#include <limits.h>

#include "engine/external.h"
#include "pipeline/classifier.h"

struct ink_finding_cache {
    struct ink_view model, settings; /* borrowed */
    const struct ink_folder *folder; /* of the weights that the session has mapped */
    char path[PATH_MAX];             /* "" for none */
    char model_sha256[65], settings_sha256[65];
};

/* For ink_classifier_options.kept; all of it borrowed until the classifier is loaded. */
struct ink_kept_findings ink_finding_cache_of(struct ink_finding_cache *cache);

#endif
