/* The .tflite, aligned to 16 bytes, in constant memory. */
#ifndef XMODEL_MODEL_DATA_H
#define XMODEL_MODEL_DATA_H

#ifdef __cplusplus
extern "C" {
#endif

extern const unsigned char g_xmodel_model_data[];
extern const unsigned int g_xmodel_model_data_len;

#ifdef __cplusplus
}
#endif

#endif
