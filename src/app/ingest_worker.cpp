#include "flowcef/app/ingest_worker.hpp"

#include <boost/asio.hpp>
#include <chrono>
#include <utility>

namespace flowcef {
namespace {

constexpr std::chrono::seconds kTick(1);

std::int64_t now_ns() {
  return std::chrono::nanoseconds(std::chrono::system_clock::now().time_since_epoch()).count();
}

}  // namespace

struct IngestWorker::Loop {
  boost::asio::io_context context{1};
  boost::asio::steady_timer tick{context};
  std::vector<std::unique_ptr<UdpSource>> udp;
  std::vector<std::unique_ptr<StreamSource>> streams;
};

IngestWorker::IngestWorker(std::unique_ptr<RecordPath> path, Logger log)
    : path_(std::move(path)), log_(std::move(log)), loop_(std::make_unique<Loop>()) {}

IngestWorker::~IngestWorker() {
  stop();
}

void IngestWorker::add_udp(std::size_t input, std::vector<UdpSocket> sockets) {
  InputPath& path = *path_->inputs()[input];
  const UdpSourceHandlers handlers{[&path](const Datagram& datagram) { path.decode(datagram); },
                                   [this] { path_->flush(); }};
  loop_->udp.push_back(std::make_unique<UdpSource>(loop_->context, std::move(sockets), log_, handlers));
}

std::vector<Endpoint> IngestWorker::add_stream(std::size_t input, const StreamSourceConfig& config) {
  InputPath& path = *path_->inputs()[input];
  const StreamSourceHandlers handlers{
      [&path](const Datagram& datagram) { path.decode(datagram); },
      [&path](std::uint64_t session, const Endpoint& exporter) { path.end_session(exporter.address, session); },
      [this] { path_->flush(); }};
  loop_->streams.push_back(std::make_unique<StreamSource>(loop_->context, config, log_, handlers));
  return loop_->streams.back()->local_endpoints();
}

void IngestWorker::start() {
  for (const auto& source : loop_->udp) source->start();
  for (const auto& source : loop_->streams) source->start();
  schedule_tick();
  thread_ = std::thread([this] { loop_->context.run(); });
}

void IngestWorker::schedule_tick() {
  loop_->tick.expires_after(kTick);
  loop_->tick.async_wait([this](const boost::system::error_code& error) {
    if (error) return;
    path_->tick(now_ns());
    schedule_tick();
  });
}

void IngestWorker::stop() {
  if (!thread_.joinable()) return;
  boost::asio::post(loop_->context, [this] {
    for (const auto& source : loop_->udp) source->stop();
    for (const auto& source : loop_->streams) source->stop();
    loop_->tick.cancel();
    path_->finish();
  });
  thread_.join();
}

std::vector<const UdpSourceCounts*> IngestWorker::udp_counts() const {
  std::vector<const UdpSourceCounts*> counts;
  for (const auto& source : loop_->udp) counts.push_back(&source->counts());
  return counts;
}

std::vector<const StreamSourceCounts*> IngestWorker::stream_counts() const {
  std::vector<const StreamSourceCounts*> counts;
  for (const auto& source : loop_->streams) counts.push_back(&source->counts());
  return counts;
}

}  // namespace flowcef
