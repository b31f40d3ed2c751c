//! A small HTTP/1.1 client with connections kept open, and a crowd of them. It does as little as it can: it runs on the
//! same cores as what it measures.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use crate::Failure;

/// What came back.
pub struct Answer {
    pub status: u16,
    pub headers: String,
    /// The body as it went over the wire, without its chunks' frames.
    pub body: Vec<u8>,
    /// Headers and body, frames and all.
    pub wire: usize,
    /// Until the first byte of the body was there.
    pub first_byte: Duration,
}

impl Answer {
    pub fn header<'a>(&'a self, name: &'a str) -> Option<&'a str> {
        self.all(name).next()
    }

    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        let pairs = self.headers.lines().filter_map(|line| line.split_once(':'));
        pairs.filter(move |(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.trim())
    }

    /// The body as text, unpacked.
    pub fn text(&self) -> Result<String, Failure> {
        let mut text = String::new();
        match self.header("content-encoding") {
            Some("gzip") => drop(flate2::read::GzDecoder::new(self.body.as_slice()).read_to_string(&mut text)?),
            Some("zstd") => drop(zstd::Decoder::new(self.body.as_slice())?.read_to_string(&mut text)?),
            _ => text = String::from_utf8(self.body.clone())?,
        }
        Ok(text)
    }
}

/// A connection that is kept open, by a thread that waits for it: that costs the processors less than a runtime does.
pub struct Client {
    stream: TcpStream,
    buffer: Vec<u8>,
    piece: Box<[u8]>,
}

impl Client {
    pub fn connect(address: &str) -> std::io::Result<Self> {
        let stream = TcpStream::connect(address)?;
        stream.set_nodelay(true)?;
        Ok(Client { stream, buffer: Vec::with_capacity(128 << 10), piece: vec![0; 64 << 10].into() })
    }

    fn more(&mut self) -> Result<(), Failure> {
        match self.stream.read(&mut self.piece)? {
            0 => Err("the server closed the connection".into()),
            read => {
                self.buffer.extend_from_slice(&self.piece[..read]);
                Ok(())
            }
        }
    }

    /// Sends a request and reads the whole answer. Without `keep` the body is read and forgotten.
    pub fn ask(&mut self, request: &[u8], keep: bool) -> Result<Answer, Failure> {
        let begun = Instant::now();
        self.buffer.clear();
        self.stream.write_all(request)?;
        let head = loop {
            if let Some(at) = find(&self.buffer, b"\r\n\r\n") {
                break at + 4;
            }
            self.more()?;
        };
        let headers = String::from_utf8_lossy(&self.buffer[..head]).into_owned();
        let status = headers.get(9..12).and_then(|code| code.parse().ok()).ok_or("no status")?;
        let mut answer = Answer { status, headers, body: Vec::new(), wire: head, first_byte: Duration::ZERO };
        self.buffer.drain(..head);
        if answer.header("transfer-encoding").is_some_and(|encoding| encoding.eq_ignore_ascii_case("chunked")) {
            loop {
                let line = loop {
                    if let Some(at) = find(&self.buffer, b"\r\n") {
                        break at;
                    }
                    self.more()?;
                };
                let size = usize::from_str_radix(std::str::from_utf8(&self.buffer[..line])?.trim(), 16)?;
                let whole = line + 2 + size + 2;
                while self.buffer.len() < whole {
                    self.more()?;
                }
                if answer.first_byte.is_zero() {
                    answer.first_byte = begun.elapsed();
                }
                if keep {
                    answer.body.extend_from_slice(&self.buffer[line + 2..line + 2 + size]);
                }
                self.buffer.drain(..whole);
                answer.wire += whole;
                if size == 0 {
                    return Ok(answer);
                }
            }
        }
        let length: usize = answer.header("content-length").map_or(Ok(0), str::parse)?;
        while self.buffer.len() < length {
            self.more()?;
            if answer.first_byte.is_zero() {
                answer.first_byte = begun.elapsed();
            }
        }
        if answer.first_byte.is_zero() {
            answer.first_byte = begun.elapsed();
        }
        if keep {
            answer.body.extend_from_slice(&self.buffer[..length]);
        }
        answer.wire += length;
        Ok(answer)
    }
}

fn find(within: &[u8], what: &[u8]) -> Option<usize> {
    within.windows(what.len()).position(|window| window == what)
}

/// A request as a browser sends it.
pub fn get(host: &str, path: &str, cookie: &str, packed: bool) -> Vec<u8> {
    let cookie = if cookie.is_empty() { String::new() } else { format!("Cookie: {cookie}\r\n") };
    let packed = if packed { "Accept-Encoding: gzip, deflate, br, zstd\r\n" } else { "" };
    format!("GET {path} HTTP/1.1\r\nHost: {host}\r\nAccept: text/html\r\n{packed}{cookie}\r\n").into_bytes()
}

/// A form, sent.
pub fn post(host: &str, path: &str, cookie: &str, fields: &[(&str, &str)]) -> Vec<u8> {
    let encode =
        |text: &str| percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC).to_string();
    let body: Vec<String> = fields.iter().map(|(name, value)| format!("{name}={}", encode(value))).collect();
    let body = body.join("&");
    format!(
        "POST {path} HTTP/1.1\r\nHost: {host}\r\nCookie: {cookie}\r\nContent-Type: application/x-www-form-urlencoded\r\n\
         Content-Length: {}\r\n\r\n{body}",
        body.len()
    )
    .into_bytes()
}

/// One request of one's own, on a new connection.
pub async fn once(host: &str, request: &[u8]) -> Result<Answer, Failure> {
    let (host, request) = (host.to_owned(), request.to_vec());
    tokio::task::spawn_blocking(move || Client::connect(&host)?.ask(&request, true)).await?
}

/// Asks for the same page again and again over some connections; gives how long each answer took, and how many were
/// none (503 where the database is too slow).
pub async fn crowd(
    host: &str,
    request: &[u8],
    connections: usize,
    time: Duration,
) -> Result<(Vec<Duration>, usize), Failure> {
    let until = Instant::now() + time;
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..connections {
        let (host, request) = (host.to_owned(), request.to_vec());
        tasks.spawn_blocking(move || {
            let mut client = Client::connect(&host)?;
            let (mut took, mut refused) = (Vec::new(), 0);
            while Instant::now() < until {
                let begun = Instant::now();
                let answer = client.ask(&request, false)?;
                refused += usize::from(answer.status != 200);
                took.push(begun.elapsed());
            }
            Ok::<_, Failure>((took, refused))
        });
    }
    let (mut all, mut none) = (Vec::new(), 0);
    while let Some(done) = tasks.join_next().await {
        let (took, refused) = done??;
        all.extend(took);
        none += refused;
    }
    Ok((all, none))
}
