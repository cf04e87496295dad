// A service as somebody else would write it: listens on $PORT, and does what the path says. It is
// built by itself, without anything of ours, and answers one connection after the other; /slow and
// /hold are for one request at a time.
//
//   /echo          the body, chunked as it comes
//   /head          the head of the request as it came
//   /env?NAME      the value of a variable
//   /exit?N        exit(N)
//   /abort         a signal ends it
//   /grow?MIB      writes that much memory, and goes on
//   /hold          answers when the connection is closed by the other side: never
//   /half          half of an answer, then exit
//   /garbage       no HTTP
//   /spawn         starts a process in a session of its own, and tells its pid
//   /frames?N      tells of N frames in its log, as a render service does, and holds
//   /fill?BYTES    writes so many to a file in TMPDIR; answers with how far it came, and why not on
//   /log           writes a line of text and a line of JSON to its outputs
//
// Variables: STUBBORN=1 ignores SIGTERM; MUTE=1 never listens; FAIL=N exits at once with N.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

namespace {

bool Send(int socket, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = ::send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

void Answer(int socket, std::string_view body, std::string_view headers = "") {
  Send(socket, "HTTP/1.1 200 OK\r\n" + std::string(headers) + "Content-Length: " +
                   std::to_string(body.size()) + "\r\n\r\n" + std::string(body));
}

// "" at the end.
std::string Receive(int socket) {
  std::string part(65536, '\0');
  const ssize_t got = ::recv(socket, part.data(), part.size(), 0);
  part.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
  return part;
}

std::string HeaderOf(const std::string& head, const std::string& name) {
  const std::size_t at = head.find("\r\n" + name + ": ");
  if (at == std::string::npos) return "";
  const std::size_t begin = at + name.size() + 4;
  return head.substr(begin, head.find("\r\n", begin) - begin);
}

void Echo(int socket, const std::string& head, std::string body) {
  Send(socket,
       "HTTP/1.1 200 OK\r\nContent-Type: application/octet-stream\r\n"
       "Transfer-Encoding: chunked\r\n\r\n");
  const auto send = [&](std::string_view part) {
    char size[32];
    std::snprintf(size, sizeof size, "%zx\r\n", part.size());
    Send(socket, size);
    Send(socket, part);
    Send(socket, "\r\n");
  };
  const std::string length = HeaderOf(head, "Content-Length");
  if (HeaderOf(head, "Transfer-Encoding") == "chunked") {
    // Back as it came: what the chunks are is the edge's to choose.
    Send(socket, body);
    while (body.size() < 5 || body.compare(body.size() - 5, 5, "0\r\n\r\n") != 0) {
      const std::string part = Receive(socket);
      if (part.empty()) return;
      Send(socket, part);
      body = (body + part).substr((body + part).size() > 16 ? (body + part).size() - 16 : 0);
    }
    return;
  }
  std::size_t left = length.empty() ? 0 : std::stoul(length);
  for (;;) {
    if (!body.empty()) send(body);
    left -= body.size();
    if (left == 0) break;
    body = Receive(socket);
    if (body.empty()) return;
  }
  Send(socket, "0\r\n\r\n");
}

void Spawn(int socket) {
  int ends[2];
  if (::pipe(ends) != 0) return;
  if (::fork() == 0) {
    ::setsid();
    if (::fork() == 0) {  // its parent goes, and nobody's group holds it
      const pid_t self = ::getpid();
      (void)!::write(ends[1], &self, sizeof self);
      for (const int fd : {0, 1, 2}) ::close(fd);
      for (;;) ::pause();
    }
    ::_exit(0);
  }
  pid_t orphan = 0;
  (void)!::read(ends[0], &orphan, sizeof orphan);
  Answer(socket, std::to_string(orphan));
}

void Fill(int socket, std::size_t bytes) {
  const char* const directory = std::getenv("TMPDIR");
  const std::string file = std::string(directory == nullptr ? "/tmp" : directory) + "/fill";
  std::FILE* const out = std::fopen(file.c_str(), "wb");
  const std::string page(4096, 'x');
  std::size_t done = 0;
  int failure = out == nullptr ? errno : 0;
  while (failure == 0 && done < bytes) {
    if (std::fwrite(page.data(), 1, page.size(), out) == page.size() && std::fflush(out) == 0) {
      done += page.size();
    } else {
      failure = errno;
    }
  }
  if (out != nullptr) std::fclose(out);
  ::unlink(file.c_str());
  Answer(socket, std::to_string(done) + " " + std::strerror(failure));
}

void Serve(int socket) {
  std::string text;
  while (text.find("\r\n\r\n") == std::string::npos) {
    const std::string part = Receive(socket);
    if (part.empty()) return;
    text += part;
  }
  const std::size_t end = text.find("\r\n\r\n") + 4;
  const std::string head = text.substr(0, end), body = text.substr(end);
  const std::size_t begin = head.find(' ') + 1;
  const std::string target = head.substr(begin, head.find(' ', begin) - begin);
  const std::string path = target.substr(0, target.find('?'));
  const std::string query = target.size() > path.size() ? target.substr(path.size() + 1) : "";

  if (path == "/echo") return Echo(socket, head, body);
  if (path == "/head")
    return Answer(socket, head,
                  "Set-Cookie: a=b\r\nX-Own: yes\r\nConnection: close, X-Hop\r\nX-Hop: no\r\n");
  if (path == "/env") {
    const char* const value = std::getenv(query.c_str());
    return Answer(socket, value == nullptr ? "(none)" : value);
  }
  if (path == "/exit") std::exit(std::atoi(query.c_str()));
  if (path == "/abort") ::raise(SIGABRT);
  if (path == "/grow") {
    static std::vector<std::string> kept;
    kept.emplace_back(std::stoul(query) << 20, 'x');
    while (!Receive(socket).empty()) {
    }
    return;
  }
  if (path == "/hold") {
    Send(socket, "HTTP/1.1 100 Continue\r\n\r\n");
    while (!Receive(socket).empty()) {
    }
    std::puts("the other side has gone");
    std::fflush(stdout);
    return;
  }
  if (path == "/half") {
    Send(socket, "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf");
    std::exit(0);
  }
  if (path == "/garbage") {
    Send(socket, "what is this\r\n\r\n");
    return;
  }
  if (path == "/large") {
    Send(socket, "HTTP/1.1 200 OK\r\nContent-Length: " + query + "\r\n\r\n");
    return;
  }
  if (path == "/spawn") return Spawn(socket);
  if (path == "/fill") return Fill(socket, std::stoul(query));
  if (path == "/frames") {
    const std::string trace = HeaderOf(head, "traceparent");  // 00-TRACE-SPAN-01
    for (int i = 1; i <= std::atoi(query.c_str()); ++i) {
      std::printf(
          "{\"event\":\"chunk_progress\",\"framesDone\":%d,"
          "\"logging.googleapis.com/trace\":\"projects/p/traces/%s\","
          "\"logging.googleapis.com/spanId\":\"%s\"}\n",
          i, trace.substr(3, 32).c_str(), trace.substr(36, 16).c_str());
    }
    std::fflush(stdout);
    while (!Receive(socket).empty()) {
    }
    return;
  }
  if (path == "/log") {
    std::printf("plain text\n{\"severity\":\"warning\",\"message\":\"as JSON\",\"answer\":42}\n");
    std::fflush(stdout);
    std::fprintf(stderr, "to stderr\n");
    return Answer(socket, "logged");
  }
  Answer(socket, std::to_string(::getpid()));
}

}  // namespace

int main() {
  if (const char* const status = std::getenv("FAIL")) return std::atoi(status);
  if (std::getenv("STUBBORN") != nullptr) ::signal(SIGTERM, SIG_IGN);
  if (std::getenv("MUTE") != nullptr) {
    for (;;) ::pause();
  }
  const int listener = ::socket(AF_INET, SOCK_STREAM, 0);
  const int on = 1;
  ::setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(std::atoi(std::getenv("PORT"))));
  address.sin_addr.s_addr = htonl(INADDR_ANY);
  if (::bind(listener, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0 ||
      ::listen(listener, 16) != 0) {
    std::perror("cannot listen");
    return 1;
  }
  for (;;) {
    const int socket = ::accept(listener, nullptr, nullptr);
    if (socket < 0) continue;
    Serve(socket);
    ::shutdown(socket, SHUT_WR);
    while (!Receive(socket).empty()) {
    }
    ::close(socket);
  }
}
