//! Protocol Buffers on the wire: as much of the format as an ONNX file needs.
//!
//! Source: <https://protobuf.dev/programming-guides/encoding/>. A field is a key (`number << 3 | wire type`) and a value:
//! wire type 0 is a varint, 2 is a length and that many bytes. Repeated numbers are packed. Fields come in the order
//! they are added, so the same model gives the same bytes.

/// A message while it is written.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Message {
    bytes: Vec<u8>,
}

impl Message {
    /// The bytes written so far.
    pub fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }

    /// How many bytes there are.
    pub fn len(&self) -> usize {
        self.bytes.len()
    }

    /// Adds an integer; one below 0 takes ten bytes, as `int64` does.
    pub fn int(&mut self, field: u32, value: i64) {
        self.key(field, 0);
        self.varint(value as u64);
    }

    /// Adds text.
    pub fn text(&mut self, field: u32, text: &str) {
        self.bytes(field, text.as_bytes());
    }

    /// Adds bytes as they are.
    pub fn bytes(&mut self, field: u32, bytes: &[u8]) {
        self.key(field, 2);
        self.varint(bytes.len() as u64);
        self.bytes.extend_from_slice(bytes);
    }

    /// Adds a message within this one.
    pub fn message(&mut self, field: u32, message: &Message) {
        self.bytes(field, &message.bytes);
    }

    /// Adds integers, packed.
    pub fn ints(&mut self, field: u32, values: &[i64]) {
        let mut packed = Message::default();
        values.iter().for_each(|value| packed.varint(*value as u64));
        self.message(field, &packed);
    }

    fn key(&mut self, field: u32, wire_type: u64) {
        self.varint(u64::from(field) << 3 | wire_type);
    }

    fn varint(&mut self, mut value: u64) {
        while value >= 0x80 {
            self.bytes.push(value as u8 | 0x80);
            value >>= 7;
        }
        self.bytes.push(value as u8);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_examples_of_the_formats_own_guide_come_out_as_printed_there() {
        let mut message = Message::default();
        message.int(1, 150);
        assert_eq!(message.into_bytes(), [0x08, 0x96, 0x01]);
        let mut message = Message::default();
        message.text(2, "testing");
        assert_eq!(message.into_bytes(), [0x12, 0x07, 0x74, 0x65, 0x73, 0x74, 0x69, 0x6e, 0x67]);
        let mut message = Message::default();
        message.ints(6, &[3, 270, 86_942]);
        assert_eq!(message.into_bytes(), [0x32, 0x06, 0x03, 0x8e, 0x02, 0x9e, 0xa7, 0x05]);
    }

    #[test]
    fn a_negative_integer_takes_ten_bytes() {
        let mut message = Message::default();
        message.int(1, -2);
        let expected = [0x08, 0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01];
        assert_eq!(message.into_bytes(), expected);
    }
}
