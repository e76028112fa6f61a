#include "flowcef/sink/receiver_probe.hpp"

#include <boost/asio.hpp>
#include <utility>

namespace flowcef {

namespace asio = boost::asio;
using ErrorCode = boost::system::error_code;

ReceiverProbe::ReceiverProbe(asio::io_context& io, Receiver receiver, std::string source_address,
                             std::chrono::milliseconds timeout, const TlsContext* tls)
    : receiver_(std::move(receiver)),
      timeout_(timeout),
      tls_(tls),
      resolver_(io),
      connection_(io, *this, std::move(source_address)),
      timer_(io) {}

void ReceiverProbe::start(Done done) {
  cancel();
  done_ = std::move(done);
  enter(Step::resolve, timeout_);
  resolver_.resolve(receiver_.host, current([this](HostResolver::Result& result) {
                      addresses_ = std::move(result.addresses);
                      if (addresses_.empty()) return end(result.error);
                      connect(0);
                    }));
}

void ReceiverProbe::cancel() {
  ++attempt_;
  timer_.cancel();
  connection_.drop();
}

void ReceiverProbe::enter(Step step, std::chrono::milliseconds timeout) {
  step_ = step;
  timer_.expires_after(timeout);
  timer_.async_wait(current([this](ErrorCode error) {
    if (!error && timer_.expiry() <= std::chrono::steady_clock::now()) timed_out();
  }));
}

void ReceiverProbe::timed_out() {
  switch (step_) {
    case Step::resolve:
      return end("look-up timed out");
    case Step::connect:
      return next_address("timed out");
    case Step::secure:
      return end("TLS handshake timed out");
    case Step::stay:
      return close();
    case Step::close:
      return end({});
  }
}

void ReceiverProbe::connect(std::size_t address) {
  cancel();
  address_ = address;
  enter(Step::connect, timeout_);
  connection_.connect({addresses_[address], receiver_.port}, tls_);
}

void ReceiverProbe::connect_failed(ErrorCode error) {
  next_address(error.message());
}

void ReceiverProbe::next_address(const std::string& error) {
  if (address_ + 1 < addresses_.size()) return connect(address_ + 1);
  end(error);
}

void ReceiverProbe::connected() {
  if (tls_ == nullptr) return stay();
  enter(Step::secure, timeout_);
  connection_.secure();
}

void ReceiverProbe::secured() {
  stay();
}

void ReceiverProbe::close() {
  enter(Step::close, kCloseWait);
  connection_.close();
}

void ReceiverProbe::lost(ErrorCode error) {
  if (step_ == Step::close) return end({});
  end(error == asio::error::eof ? "closed by the receiver" : error.message());
}

void ReceiverProbe::end(const std::string& error) {
  cancel();
  std::exchange(done_, {})(error);
}

}  // namespace flowcef
