/* Opening a connection: the struct, its thread and what JavaScript holds of it. */
#ifndef SONDE_OPEN_CONNECTION_H
#define SONDE_OPEN_CONNECTION_H

#include <node_api.h>

/* open(arguments): Promise<connection>. The first one boots the engine. */
napi_value open_connection(napi_env env, napi_callback_info info);

#endif
