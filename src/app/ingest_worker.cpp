#include "flowcef/app/ingest_worker.hpp"

#include <boost/asio.hpp>
#include <utility>

namespace flowcef {

struct IngestWorker::Loop {
  boost::asio::io_context context{1};
  std::vector<UdpSource> sources;
};

IngestWorker::IngestWorker(std::vector<std::vector<UdpSocket>> inputs, std::unique_ptr<RecordPath> path,
                           const Logger& log)
    : path_(std::move(path)), loop_(std::make_unique<Loop>()) {
  const UdpSourceHandlers handlers{[this](const Datagram& datagram) { path_->decode(datagram); },
                                   [this] { path_->flush(); }};
  loop_->sources.reserve(inputs.size());
  for (auto& sockets : inputs) loop_->sources.emplace_back(loop_->context, std::move(sockets), log, handlers);
}

IngestWorker::~IngestWorker() {
  stop();
}

void IngestWorker::start() {
  for (UdpSource& source : loop_->sources) source.start();
  thread_ = std::thread([this] { loop_->context.run(); });
}

void IngestWorker::stop() {
  if (!thread_.joinable()) return;
  boost::asio::post(loop_->context, [this] {
    for (UdpSource& source : loop_->sources) source.stop();
    path_->flush();
  });
  thread_.join();
}

std::vector<const UdpSourceCounts*> IngestWorker::source_counts() const {
  std::vector<const UdpSourceCounts*> counts;
  for (const UdpSource& source : loop_->sources) counts.push_back(&source.counts());
  return counts;
}

}  // namespace flowcef
