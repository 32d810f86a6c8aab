#include "waker.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <unistd.h>
#include <uv.h>

/*
 * A ring is readable while anything is in it. The event loop asks for that in each of its turns, and
 * most records are to wait: so a descriptor of our own stands between them, which is readable when a
 * program has woken the reader, and no longer once that was taken note of.
 *
 *   ring --edge--> epoll descriptor --level--> event loop --> callback
 */
struct waker {
  uv_poll_t poll;
  napi_env env;
  napi_ref callback;
  napi_async_context context;
  int epoll;
  bool is_heeding;
};

static void take_note(struct waker *waker) {
  struct epoll_event event;
  epoll_wait(waker->epoll, &event, 1, 0);
}

static void call(struct waker *waker) {
  napi_env env = waker->env;
  napi_handle_scope scope;
  napi_value callback, global, exception;
  if (napi_open_handle_scope(env, &scope) != napi_ok) return;
  if (napi_get_reference_value(env, waker->callback, &callback) == napi_ok &&
      napi_get_global(env, &global) == napi_ok &&
      napi_make_callback(env, waker->context, global, callback, 0, NULL, NULL) ==
          napi_pending_exception &&
      napi_get_and_clear_last_exception(env, &exception) == napi_ok) {
    napi_fatal_exception(env, exception);
  }
  napi_close_handle_scope(env, scope);
}

static void on_readable(uv_poll_t *poll, int status, int events) {
  struct waker *waker = poll->data;
  (void)events;
  waker->is_heeding = false;
  uv_poll_stop(poll);
  if (status == 0) call(waker);
}

void heed(struct waker *waker) {
  if (waker->is_heeding) return;
  take_note(waker);
  waker->is_heeding = uv_poll_start(&waker->poll, UV_READABLE, on_readable) == 0;
}

static void on_closed(uv_handle_t *handle) {
  struct waker *waker = handle->data;
  close(waker->epoll);
  free(waker);
}

static void forget_callback(struct waker *waker) {
  if (waker->callback) napi_delete_reference(waker->env, waker->callback);
  if (waker->context) napi_async_destroy(waker->env, waker->context);
  waker->callback = NULL;
  waker->context = NULL;
}

void close_waker(struct waker *waker) {
  forget_callback(waker);
  uv_poll_stop(&waker->poll);
  uv_close((uv_handle_t *)&waker->poll, on_closed);
}

static bool remember_callback(struct waker *waker, napi_value callback) {
  napi_value name;
  napi_env env = waker->env;
  return napi_create_reference(env, callback, 1, &waker->callback) == napi_ok &&
         napi_create_string_utf8(env, "sonde:ring", NAPI_AUTO_LENGTH, &name) == napi_ok &&
         napi_async_init(env, NULL, name, &waker->context) == napi_ok;
}

/* 0, or an error number. */
static int watch(struct waker *waker, int fd) {
  struct epoll_event wanted = {.events = EPOLLIN | EPOLLET};
  uv_loop_t *loop = NULL;
  if (epoll_ctl(waker->epoll, EPOLL_CTL_ADD, fd, &wanted)) return errno;
  if (napi_get_uv_event_loop(waker->env, &loop) != napi_ok) return EINVAL;
  return -uv_poll_init(loop, &waker->poll, waker->epoll);
}

int open_waker(napi_env env, int fd, napi_value callback, struct waker **into) {
  struct waker *waker = calloc(1, sizeof *waker);
  if (!waker) return ENOMEM;
  waker->env = env;
  waker->poll.data = waker;
  waker->epoll = epoll_create1(EPOLL_CLOEXEC);
  int error = waker->epoll < 0 ? errno : watch(waker, fd);
  if (error) {
    if (waker->epoll >= 0) close(waker->epoll);
    free(waker);
    return error;
  }
  uv_unref((uv_handle_t *)&waker->poll);
  if (!remember_callback(waker, callback)) {
    close_waker(waker);
    return EINVAL;
  }
  heed(waker);
  *into = waker;
  return 0;
}
