#include "flowcef/app/admin_endpoint.hpp"

#include <atomic>
#include <boost/asio.hpp>
#include <chrono>
#include <cstddef>
#include <mutex>
#include <stdexcept>
#include <utility>

#include "flowcef/app/admin_pages.hpp"

namespace flowcef {
namespace {

constexpr std::chrono::seconds kInterval(1);

std::int64_t now_ns() {
  return std::chrono::nanoseconds(std::chrono::system_clock::now().time_since_epoch()).count();
}

bool is_loopback(const Endpoint& endpoint) {
  return boost::asio::ip::make_address(endpoint.address.to_string()).is_loopback();
}

}  // namespace

struct AdminEndpoint::Published {
  std::mutex mutex;
  std::shared_ptr<const BridgeView> view;
  std::atomic<std::size_t> max_exporters = 0;
};

struct AdminEndpoint::Timer {
  boost::asio::steady_timer timer;
};

AdminEndpoint::AdminEndpoint(const AdminConfig& config, Logger log)
    : config_(config), log_(std::move(log)), published_(std::make_shared<Published>()) {
  published_->max_exporters = config.max_exporters;
  server_ = listen(config);
}

AdminEndpoint::~AdminEndpoint() = default;

std::unique_ptr<HttpServer> AdminEndpoint::listen(const AdminConfig& config) {
  if (!config.enabled) return nullptr;
  const bool is_local = is_loopback(config.listen);
  const auto answer = [published = published_, is_local](const HttpRequest& request) -> HttpAnswer {
    if (is_local && !names_this_machine(request.host)) return misdirected();
    std::shared_ptr<const BridgeView> view;
    {
      const std::lock_guard lock(published->mutex);
      view = published->view;
    }
    return admin_page(request, *view, published->max_exporters, now_ns());
  };
  try {
    auto server = std::make_unique<HttpServer>(config.listen, answer, HttpServer::kPatience, server_.get());
    log_->info("admin endpoint at http://{}/status", server->listening().to_string());
    if (!is_local) {
      log_->warn("the admin endpoint asks nobody for a password: address={}; put it behind a proxy or a firewall",
                 config.listen.to_string());
    }
    return server;
  } catch (const std::runtime_error& error) {
    if (config.must_listen) throw;
    log_->warn("no admin endpoint: {}; set listen in [admin], or enabled = false", error.what());
    return nullptr;
  }
}

void AdminEndpoint::hand_over(unsigned uid) {
  if (server_) server_->hand_over(uid);
}

void AdminEndpoint::start(boost::asio::io_context& context, MakeView make_view) {
  make_view_ = std::move(make_view);
  timer_ = std::make_unique<Timer>(Timer{boost::asio::steady_timer(context)});
  publish();
  schedule();
  if (server_) server_->start();
}

void AdminEndpoint::schedule() {
  timer_->timer.expires_after(kInterval);
  timer_->timer.async_wait([this](const boost::system::error_code& error) {
    if (error) return;
    if (server_) publish();
    schedule();
  });
}

void AdminEndpoint::publish() {
  auto view = std::make_shared<const BridgeView>(make_view_());
  const std::lock_guard lock(published_->mutex);
  published_->view.swap(view);
}

void AdminEndpoint::stopping() {
  auto view = std::make_shared<BridgeView>(make_view_());
  view->is_stopping = true;
  const std::lock_guard lock(published_->mutex);
  published_->view = std::move(view);
}

std::unique_ptr<HttpServer> AdminEndpoint::prepare(const AdminConfig& config) {
  const bool stays = config.enabled == config_.enabled && config.listen == config_.listen && server_;
  if (stays) return nullptr;
  auto made = listen(config);
  if (!made) return nullptr;
  publish();  // which nobody did while there was no server
  made->start();
  return made;
}

void AdminEndpoint::adopt(const AdminConfig& config, std::unique_ptr<HttpServer> prepared) {
  published_->max_exporters = config.max_exporters;
  const bool moves = config.enabled != config_.enabled || config.listen != config_.listen;
  if (moves || prepared) server_ = std::move(prepared);
  config_ = config;
}

}  // namespace flowcef
