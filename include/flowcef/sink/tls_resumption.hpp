// TLS sessions that are resumed: a context keeps the latest, for its next connection. RFC 8446 section 2.2, RFC 5246
// section 7.3. Early data is never sent: syslog could not tell a replay (RFC 9662).
#pragma once

struct ssl_ctx_st;
struct ssl_st;

namespace flowcef {

/// Has `context` keep the sessions that its connections get.
void keep_sessions(ssl_ctx_st& context);
/// Gives `ssl` the session its context keeps, if any. It is used up by that, so that the attempt after one that failed is
/// a full handshake; so is it once the receiver's certificate has expired.
void resume_kept_session(ssl_st& ssl);
/// Returns: whether `ssl`, before its handshake, has a session to resume.
[[nodiscard]] bool would_resume(const ssl_st& ssl);
/// Keeps a session of TLS 1.2 that has just been resumed: unlike 1.3 it is good for more than one connection.
void keep_resumed_session(ssl_st& ssl);
/// For a receiver that fails at resumption rather than to decline it: its context keeps no more sessions.
void stop_resumption(ssl_st& ssl);

}  // namespace flowcef
