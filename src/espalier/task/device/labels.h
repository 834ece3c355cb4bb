/* Labels in output order, UTF-8. */
#ifndef XMODEL_MODEL_LABELS_H
#define XMODEL_MODEL_LABELS_H

#ifdef __cplusplus
extern "C" {
#endif

extern const char *const xmodel_labels[];

#ifdef __cplusplus
}
#endif

#endif
