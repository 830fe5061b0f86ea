//! Server-sent events as bytes come in: lines in any cut, frames out, and how long to wait before asking again.

/// An event of a stream.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Frame {
    /// The id to read on from; the last one that was sent, also when this event has none of its own.
    pub id: Option<String>,
    /// What kind of event.
    pub event: String,
    /// What it says.
    pub data: String,
}

/// Reads a stream piece by piece, by the rules of the HTML standard (9.2.6).
#[derive(Debug, Default)]
pub struct Parser {
    rest: Vec<u8>,
    began: bool,
    id: Option<String>,
    event: String,
    data: Option<String>,
}

impl Parser {
    /// Takes a piece, which may end in the middle of a character, and returns the events that it completes.
    pub fn feed(&mut self, piece: &[u8]) -> Vec<Frame> {
        self.rest.extend_from_slice(piece);
        let mut frames = Vec::new();
        while let Some((line, length)) = next_line(&self.rest) {
            let line = String::from_utf8_lossy(&self.rest[..line]).into_owned();
            self.rest.drain(..length);
            let line = if self.began { &line } else { line.trim_start_matches('\u{feff}') };
            self.began = true;
            frames.extend(self.line(line));
        }
        frames
    }

    fn line(&mut self, line: &str) -> Option<Frame> {
        if line.is_empty() {
            let event = std::mem::take(&mut self.event);
            let data = self.data.take()?;
            return Some(Frame { id: self.id.clone(), event, data });
        }
        let (name, value) = line.split_once(':').unwrap_or((line, ""));
        let value = value.strip_prefix(' ').unwrap_or(value);
        match name {
            "data" => match &mut self.data {
                Some(data) => {
                    data.push('\n');
                    data.push_str(value);
                }
                None => self.data = Some(value.to_owned()),
            },
            "event" => value.clone_into(&mut self.event),
            "id" if !value.contains('\0') => self.id = Some(value.to_owned()),
            // Comments have no name; unknown fields are left out.
            _ => {}
        }
        None
    }
}

/// The length of the first line without and with its end; none while its end has not come.
fn next_line(bytes: &[u8]) -> Option<(usize, usize)> {
    let end = bytes.iter().position(|byte| matches!(byte, b'\n' | b'\r'))?;
    match (bytes[end], bytes.get(end + 1)) {
        (b'\r', Some(b'\n')) => Some((end, end + 2)),
        // The other half of the line's end may still be on its way.
        (b'\r', None) => None,
        _ => Some((end, end + 1)),
    }
}

/// How long to wait before the `tries`-th attempt in a row, in milliseconds: 0.5 s, doubled up to 15 s.
pub fn wait_millis(tries: u32) -> u64 {
    500_u64.saturating_mul(1 << tries.min(10)).min(15_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(id: &str, event: &str, data: &str) -> Frame {
        Frame { id: Some(id.to_owned()), event: event.to_owned(), data: data.to_owned() }
    }

    #[test]
    fn frames_come_out_however_the_bytes_are_cut() {
        let text = "id: 1\nevent: queued\ndata: {\"a\":\"é\"}\n\n: still here\n\nid: 2\r\nevent: loss\r\ndata: x\r\ndata: y\r\n\r\n";
        let wanted = vec![frame("1", "queued", "{\"a\":\"é\"}"), frame("2", "loss", "x\ny")];
        assert_eq!(Parser::default().feed(text.as_bytes()), wanted);
        let mut parser = Parser::default();
        let single: Vec<_> = text.as_bytes().iter().flat_map(|byte| parser.feed(&[*byte])).collect();
        assert_eq!(single, wanted);
    }

    #[test]
    fn an_event_that_is_cut_off_does_not_come_out() {
        assert!(Parser::default().feed(b"id: 1\ndata: half").is_empty());
        assert!(Parser::default().feed(b"id: 1\ndata: half\n").is_empty());
    }

    #[test]
    fn an_event_without_data_is_none_and_the_id_stays() {
        let mut parser = Parser::default();
        assert!(parser.feed(b"id: 7\nevent: queued\n\n").is_empty());
        assert_eq!(parser.feed(b"data: x\n\n"), vec![frame("7", "", "x")]);
    }

    #[test]
    fn waiting_grows_to_a_cap() {
        assert_eq!([0, 1, 2, 9, 90].map(wait_millis), [500, 1000, 2000, 15_000, 15_000]);
    }
}
