// Shows the running bridge over HTTP. Once a second its numbers are put together; the pages are made of those, so that
// who asks, and how often, is nothing to the bridge.
#pragma once

#include <functional>
#include <memory>

#include "flowcef/admin/admin_config.hpp"
#include "flowcef/admin/http_server.hpp"
#include "flowcef/app/bridge_view.hpp"
#include "flowcef/log/log.hpp"

namespace boost::asio {
class io_context;
}

namespace flowcef {

/// Thread: that of the pipeline.
class AdminEndpoint {
 public:
  using MakeView = std::function<BridgeView()>;

  /// Listens from now on, so that a port below 1024 can be had before the program's rights are given up; answers wait for
  /// start(). Where the configuration does not name the address, a port that is taken is only warned of.
  /// Errors: std::runtime_error that says which address, and what is wrong with it.
  AdminEndpoint(const AdminConfig& config, Logger log);
  ~AdminEndpoint();
  AdminEndpoint(const AdminEndpoint&) = delete;
  AdminEndpoint& operator=(const AdminEndpoint&) = delete;

  /// To be called before the process becomes that user, so that it can listen on the same port of another address later.
  /// Errors: std::system_error
  void hand_over(unsigned uid);

  /// Begins to answer, and to call `make_view` each second on the context's thread.
  /// Lifetime: the context must outlive this.
  void start(boost::asio::io_context& context, MakeView make_view);
  /// From now on the bridge is not ready; its last numbers stay.
  void stopping();

  /// Other settings, once it is started, in two steps: prepare() may fail and changes nothing, but that another address is
  /// answered at already; adopt() does not fail.
  /// Errors: as the constructor, or std::system_error if there is no thread to be had.
  [[nodiscard]] std::unique_ptr<HttpServer> prepare(const AdminConfig& config);
  void adopt(const AdminConfig& config, std::unique_ptr<HttpServer> prepared);

 private:
  struct Published;
  struct Timer;

  [[nodiscard]] std::unique_ptr<HttpServer> listen(const AdminConfig& config);
  void schedule();
  void publish();

  AdminConfig config_;
  Logger log_;
  std::shared_ptr<Published> published_;  ///< the server's thread reads it
  std::unique_ptr<HttpServer> server_;    ///< null: nobody is answered
  std::unique_ptr<Timer> timer_;          ///< null before start()
  MakeView make_view_;
};

}  // namespace flowcef
