/* SPDX-License-Identifier: MIT */
/* ml.h - the operators of ai.onnx.ml: what scikit-learn, XGBoost and LightGBM are exported to. */
#ifndef INK_OPS_ML_H
#define INK_OPS_ML_H

#include "ops/op.h"

/* --- features (ml_features.c) --- */

ink_status ink_array_feature_extractor_shape(struct ink_op_ctx *ctx);
ink_status ink_array_feature_extractor_run(struct ink_op_ctx *ctx);

ink_status ink_binarizer_load(struct ink_op_ctx *ctx);
ink_status ink_binarizer_run(struct ink_op_ctx *ctx);

ink_status ink_feature_vectorizer_load(struct ink_op_ctx *ctx);
ink_status ink_feature_vectorizer_shape(struct ink_op_ctx *ctx);
ink_status ink_feature_vectorizer_run(struct ink_op_ctx *ctx);

ink_status ink_imputer_load(struct ink_op_ctx *ctx);
ink_status ink_imputer_shape(struct ink_op_ctx *ctx);
ink_status ink_imputer_run(struct ink_op_ctx *ctx);

ink_status ink_normalizer_load(struct ink_op_ctx *ctx);
ink_status ink_normalizer_run(struct ink_op_ctx *ctx);

ink_status ink_scaler_load(struct ink_op_ctx *ctx);
ink_status ink_scaler_shape(struct ink_op_ctx *ctx);
ink_status ink_scaler_run(struct ink_op_ctx *ctx);

/* --- categories (ml_categories.c) --- */

ink_status ink_category_mapper_load(struct ink_op_ctx *ctx);
ink_status ink_label_encoder_old_load(struct ink_op_ctx *ctx); /* 1: one list of strings */
ink_status ink_label_encoder_load(struct ink_op_ctx *ctx);
ink_status ink_label_encoder_run(struct ink_op_ctx *ctx); /* of all three */

ink_status ink_one_hot_encoder_load(struct ink_op_ctx *ctx);
ink_status ink_one_hot_encoder_shape(struct ink_op_ctx *ctx);
ink_status ink_one_hot_encoder_run(struct ink_op_ctx *ctx);

/* --- maps (ml_maps.c) --- */

ink_status ink_cast_map_load(struct ink_op_ctx *ctx);
ink_status ink_cast_map_run(struct ink_op_ctx *ctx);

ink_status ink_dict_vectorizer_load(struct ink_op_ctx *ctx);
ink_status ink_dict_vectorizer_run(struct ink_op_ctx *ctx);

ink_status ink_zip_map_load(struct ink_op_ctx *ctx);
ink_status ink_zip_map_run(struct ink_op_ctx *ctx);

/* --- models --- */

ink_status ink_linear_classifier_load(struct ink_op_ctx *ctx);
ink_status ink_linear_regressor_load(struct ink_op_ctx *ctx);
ink_status ink_linear_shape(struct ink_op_ctx *ctx);
ink_status ink_linear_prepare(struct ink_op_ctx *ctx);
ink_status ink_linear_run(struct ink_op_ctx *ctx);
uint64_t ink_linear_multiply_adds(const struct ink_op_ctx *ctx);

ink_status ink_svm_classifier_load(struct ink_op_ctx *ctx);
ink_status ink_svm_regressor_load(struct ink_op_ctx *ctx);
ink_status ink_svm_shape(struct ink_op_ctx *ctx);
ink_status ink_svm_prepare(struct ink_op_ctx *ctx);
ink_status ink_svm_run(struct ink_op_ctx *ctx);
uint64_t ink_svm_multiply_adds(const struct ink_op_ctx *ctx);

ink_status ink_tree_classifier_load(struct ink_op_ctx *ctx);
ink_status ink_tree_regressor_load(struct ink_op_ctx *ctx);
ink_status ink_tree_ensemble_load(struct ink_op_ctx *ctx); /* 5 */
ink_status ink_tree_shape(struct ink_op_ctx *ctx);
ink_status ink_tree_prepare(struct ink_op_ctx *ctx);
ink_status ink_tree_run(struct ink_op_ctx *ctx);
uint64_t ink_tree_multiply_adds(const struct ink_op_ctx *ctx); /* comparisons, where trees are balanced */

#endif
