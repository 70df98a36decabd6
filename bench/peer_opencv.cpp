/* SPDX-License-Identifier: MIT */
/* OpenCV's DNN module. */
#include <cstdio>
#include <opencv2/core.hpp>
#include <opencv2/dnn.hpp>

extern "C" {
#include "peer.h"
}

namespace
{

struct model {
    cv::dnn::Net net;
    cv::Mat output;
};

int begin(const char *, char *)
{
    return 0;
}

const char *version()
{
    return CV_VERSION;
}

void *load(const char *path, int threads, const peer_input *, char *error)
{
    try {
        cv::setNumThreads(threads);
        auto *m = new model{cv::dnn::readNetFromONNX(path), {}};
        m->net.setPreferableBackend(cv::dnn::DNN_BACKEND_OPENCV);
        return m;
    } catch (const std::exception &e) {
        std::snprintf(error, PEER_ERROR_MAX, "%s", e.what());
        return nullptr;
    }
}

int run(void *opaque, const peer_input *input, peer_output *output, char *error)
{
    auto *m = static_cast<model *>(opaque);
    try {
        int dims[PEER_RANK_MAX];
        for (size_t i = 0; i < input->rank; i++) dims[i] = static_cast<int>(input->dims[i]);
        m->net.setInput(cv::Mat(static_cast<int>(input->rank), dims, CV_32F, input->data));
        m->output = m->net.forward();
        output->data = m->output.ptr<float>();
        output->count = m->output.total();
        return 0;
    } catch (const std::exception &e) {
        std::snprintf(error, PEER_ERROR_MAX, "%s", e.what());
        return -1;
    }
}

void unload(void *opaque)
{
    delete static_cast<model *>(opaque);
}

} // namespace

extern "C" const struct peer peer_opencv = {"OpenCV", begin, version, load, run, unload};
