//! The form of a sealed object: a header with the wrapped data key, then the content in chunks.
//!
//! | bytes | what |
//! |---|---|
//! | 0–7 | magic; the first byte begins no text in UTF-8 |
//! | 8 | version of the form: 1 |
//! | 9–11 | 0 |
//! | 12–15 | version of the tenant's key, big-endian |
//! | 16–75 | the data key of this object alone, wrapped by the tenant's key: nonce, key, tag |
//! | 76– | chunks of 64 KiB (the last may be shorter, and empty only when it is the only one), each with its tag |
//!
//! The wrapped data key is bound to bytes 0–15, the tenant and the object's key in the storage: a sealed object opens
//! nowhere else. The nonce of a chunk is its number and whether it is the last (the STREAM construction of Hoang,
//! Reyhanitabar, Rogaway and Vizár, 2015): what was cut, appended, put in another order or doubled does not open.

use super::wrap::{self, Broken, Key, WRAPPED};
use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use bytes::{Bytes, BytesMut};
use contract::TenantId;

const MAGIC: &[u8; 8] = b"\x8aAMAAS\x1a\n";
const VERSION: u8 = 1;
const FIXED: usize = 16;
const TAG: usize = 16;

/// Bytes of the header.
pub const HEADER: usize = FIXED + WRAPPED;
/// Bytes of content in a chunk.
pub const CHUNK: usize = 64 * 1024;
/// Bytes of a chunk as it is stored.
pub const SEALED_CHUNK: usize = CHUNK + TAG;

/// Whether these first bytes of an object are those of a sealed one.
pub fn is_sealed(head: &[u8]) -> bool {
    head.starts_with(MAGIC)
}

/// The size of the content of a sealed object of this size; none when no sealed object has it.
pub fn content_bytes(stored: u64) -> Option<u64> {
    let body = stored.checked_sub(HEADER as u64)?;
    let chunks = body.div_ceil(SEALED_CHUNK as u64).max(1);
    let last = body.checked_sub((chunks - 1) * SEALED_CHUNK as u64)?;
    let is_whole = last > TAG as u64 || (last == TAG as u64 && chunks == 1);
    (is_whole && chunks <= u64::from(u32::MAX)).then(|| body - chunks * TAG as u64)
}

/// How many bytes from the beginning hold at least this much content.
pub fn stored_bytes_for(content: u64) -> u64 {
    let chunks = content.div_ceil(CHUNK as u64).max(1);
    (HEADER as u64).saturating_add(chunks.saturating_mul(SEALED_CHUNK as u64))
}

/// Which version of the tenant's key a header names.
pub fn key_version(head: &[u8]) -> Result<u32, Broken> {
    let fixed = head.get(..FIXED).ok_or(Broken)?;
    if !is_sealed(fixed) || fixed[8] != VERSION {
        return Err(Broken);
    }
    Ok(u32::from_be_bytes([fixed[12], fixed[13], fixed[14], fixed[15]]))
}

fn place(fixed: &[u8], tenant: TenantId, key: &str) -> Vec<u8> {
    [b"amaas object\0".as_slice(), fixed, tenant.to_string().as_bytes(), b"\0", key.as_bytes()].concat()
}

fn chunk_key(key: &Key) -> Result<LessSafeKey, Broken> {
    let unbound = UnboundKey::new(&AES_256_GCM, key.as_slice()).map_err(|_| Broken)?;
    Ok(LessSafeKey::new(unbound))
}

fn nonce(number: u32, is_last: bool) -> Nonce {
    let mut bytes = [0; NONCE_LEN];
    bytes[7..11].copy_from_slice(&number.to_be_bytes());
    bytes[11] = u8::from(is_last);
    Nonce::assume_unique_for_key(bytes)
}

/// Seals an object from its first byte to its last.
pub struct Sealer {
    key: LessSafeKey,
    /// What is ready to be stored.
    ready: Vec<u8>,
    /// Content that waits until its chunk is full and more follows.
    waiting: Vec<u8>,
    number: u32,
}

impl Sealer {
    /// Begins an object of this place under the tenant's key of this version.
    pub fn new((version, tenant_key): (u32, &Key), tenant: TenantId, key: &str) -> Result<Self, Broken> {
        let data_key = wrap::random_key();
        let mut ready = Vec::with_capacity(HEADER + SEALED_CHUNK);
        ready.extend_from_slice(MAGIC);
        ready.extend_from_slice(&[VERSION, 0, 0, 0]);
        ready.extend_from_slice(&version.to_be_bytes());
        let wrapped = wrap::wrap(tenant_key, &place(&ready, tenant, key), &data_key)?;
        ready.extend_from_slice(&wrapped);
        Ok(Self { key: chunk_key(&data_key)?, ready, waiting: Vec::with_capacity(CHUNK), number: 0 })
    }

    /// Adds content; what can be stored by now.
    pub fn push(&mut self, mut piece: &[u8]) -> Result<Bytes, Broken> {
        while !piece.is_empty() {
            if self.waiting.len() == CHUNK {
                self.seal(false)?;
            }
            let (now, later) = piece.split_at(piece.len().min(CHUNK - self.waiting.len()));
            self.waiting.extend_from_slice(now);
            piece = later;
        }
        Ok(std::mem::take(&mut self.ready).into())
    }

    /// Ends the object: what is left to store.
    pub fn finish(mut self) -> Result<Bytes, Broken> {
        self.seal(true)?;
        Ok(self.ready.into())
    }

    fn seal(&mut self, is_last: bool) -> Result<(), Broken> {
        let start = self.ready.len();
        self.ready.extend_from_slice(&self.waiting);
        self.waiting.clear();
        let nonce = nonce(self.number, is_last);
        let chunk = &mut self.ready[start..];
        let tag = self.key.seal_in_place_separate_tag(nonce, Aad::empty(), chunk).map_err(|_| Broken)?;
        self.ready.extend_from_slice(tag.as_ref());
        self.number = self.number.checked_add(1).ok_or(Broken)?;
        Ok(())
    }
}

/// Opens an object from its first chunk on. Nothing of a chunk is handed out before its tag was checked.
pub struct Opener {
    key: LessSafeKey,
    number: u32,
    /// Stored bytes that are yet to come.
    left: u64,
    waiting: BytesMut,
}

impl Opener {
    /// Begins with the header of an object of this size (as stored) at this place.
    pub fn new(
        tenant_key: &Key,
        head: &[u8],
        tenant: TenantId,
        key: &str,
        stored: u64,
    ) -> Result<Self, Broken> {
        let header = head.get(..HEADER).ok_or(Broken)?;
        content_bytes(stored).ok_or(Broken)?;
        let (fixed, wrapped) = header.split_at(FIXED);
        let data_key = wrap::unwrap(tenant_key, &place(fixed, tenant, key), wrapped)?;
        let left = stored - HEADER as u64;
        Ok(Self { key: chunk_key(&data_key)?, number: 0, left, waiting: BytesMut::new() })
    }

    /// Adds stored bytes; the content that they make whole.
    pub fn push(&mut self, piece: &[u8]) -> Result<Bytes, Broken> {
        self.waiting.extend_from_slice(piece);
        let mut opened = 0;
        let mut stored = 0;
        while let Some(length) = self.next_length(self.waiting.len() - stored) {
            let content = self.open(stored, length)?;
            // Content moves to the front, over tags that were checked.
            self.waiting.copy_within(stored..stored + content, opened);
            opened += content;
            stored += length;
        }
        if stored == 0 {
            return Ok(Bytes::new());
        }
        let mut rest = self.waiting.split_off(stored);
        if self.left > 0 {
            rest.reserve(SEALED_CHUNK);
        }
        let mut content = std::mem::replace(&mut self.waiting, rest);
        content.truncate(opened);
        Ok(content.freeze())
    }

    /// Ends the object: whether all of it was there.
    pub fn finish(self) -> Result<(), Broken> {
        if self.left == 0 && self.waiting.is_empty() { Ok(()) } else { Err(Broken) }
    }

    /// Opens a whole object, its header included, where it lies: no second copy of it is made.
    pub fn open_whole(mut self, object: Bytes) -> Result<Bytes, Broken> {
        let mut object = object.try_into_mut().unwrap_or_else(|shared| BytesMut::from(shared.as_ref()));
        self.waiting = object.split_off(HEADER.min(object.len()));
        let content = self.push(&[])?;
        self.finish().map(|()| content)
    }

    /// The length of the next chunk, when so many stored bytes hold it.
    fn next_length(&self, at_hand: usize) -> Option<usize> {
        let length = usize::try_from(self.left).unwrap_or(usize::MAX).min(SEALED_CHUNK);
        (length > 0 && at_hand >= length).then_some(length)
    }

    fn open(&mut self, start: usize, length: usize) -> Result<usize, Broken> {
        let is_last = self.left == length as u64;
        let nonce = nonce(self.number, is_last);
        let chunk = &mut self.waiting[start..start + length];
        let content = self.key.open_in_place(nonce, Aad::empty(), chunk).map_err(|_| Broken)?.len();
        self.left -= length as u64;
        self.number = self.number.checked_add(1).ok_or(Broken)?;
        Ok(content)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "tenants/a/data.csv";
    const SIZES: [usize; 9] = [0, 1, 1000, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK, 2 * CHUNK + 5, 3 * CHUNK];

    fn tenant() -> TenantId {
        TenantId::from_bits(7)
    }

    fn content(length: usize) -> Vec<u8> {
        (0..length).map(|at| (at % 251) as u8).collect()
    }

    fn seal(by: &Key, content: &[u8], piece: usize) -> Vec<u8> {
        let mut sealer = Sealer::new((1, by), tenant(), KEY).unwrap();
        let mut sealed = Vec::new();
        for piece in content.chunks(piece) {
            sealed.extend_from_slice(&sealer.push(piece).unwrap());
        }
        sealed.extend_from_slice(&sealer.finish().unwrap());
        sealed
    }

    fn open(by: &Key, sealed: &[u8], key: &str) -> Result<Bytes, Broken> {
        assert_eq!(key_version(sealed)?, 1);
        let opener = Opener::new(by, sealed, tenant(), key, sealed.len() as u64)?;
        opener.open_whole(Bytes::copy_from_slice(sealed))
    }

    #[test]
    fn every_size_reads_back_whatever_the_pieces_and_tells_its_size() {
        let by = wrap::random_key();
        for size in SIZES {
            let content = content(size);
            for piece in [997, CHUNK, 10 * CHUNK] {
                let sealed = seal(&by, &content, piece);
                assert_eq!(content_bytes(sealed.len() as u64), Some(size as u64));
                assert!(open(&by, &sealed, KEY).unwrap() == content, "{size} in pieces of {piece}");
                let mut opener = Opener::new(&by, &sealed, tenant(), KEY, sealed.len() as u64).unwrap();
                let mut opened = Vec::new();
                for piece in sealed[HEADER..].chunks(piece) {
                    opened.extend_from_slice(&opener.push(piece).unwrap());
                }
                opener.finish().unwrap();
                assert!(opened == content, "{size} in pieces of {piece}");
            }
        }
    }

    #[test]
    fn no_size_of_an_object_is_taken_for_another() {
        let sizes = (0..4 * SEALED_CHUNK as u64).filter_map(content_bytes).collect::<Vec<_>>();
        assert!(sizes.windows(2).all(|pair| pair[0] < pair[1]), "sizes grow");
        assert_eq!(content_bytes(HEADER as u64 + 15), None);
        assert_eq!(
            content_bytes((HEADER + SEALED_CHUNK + TAG) as u64),
            None,
            "an empty chunk after a full one"
        );
    }

    #[test]
    fn any_flipped_byte_is_found() {
        let by = wrap::random_key();
        let sealed = seal(&by, &content(300), 300);
        for at in 0..sealed.len() {
            for bit in [1, 128] {
                let mut bent = sealed.clone();
                bent[at] ^= bit;
                let opened = key_version(&bent).map_err(drop).and_then(|version| match version {
                    1 => open(&by, &bent, KEY).map(drop).map_err(drop),
                    _ => Err(()),
                });
                assert!(opened.is_err(), "byte {at}");
            }
        }
    }

    #[test]
    fn another_key_place_or_tenant_does_not_open_it() {
        let by = wrap::random_key();
        let sealed = seal(&by, b"content", 7);
        assert!(open(&by, &sealed, KEY).is_ok());
        assert!(open(&wrap::random_key(), &sealed, KEY).is_err());
        assert!(open(&by, &sealed, "tenants/a/other.csv").is_err());
        let other = TenantId::from_bits(8);
        assert!(Opener::new(&by, &sealed, other, KEY, sealed.len() as u64).is_err());
    }

    #[test]
    fn what_is_cut_appended_swapped_or_doubled_does_not_open() {
        let by = wrap::random_key();
        let sealed = seal(&by, &content(3 * CHUNK + 100), CHUNK);
        let (header, body) = sealed.split_at(HEADER);
        let chunk = |number: usize| &body[number * SEALED_CHUNK..body.len().min((number + 1) * SEALED_CHUNK)];
        let made = |chunks: &[usize]| {
            chunks.iter().fold(header.to_vec(), |made, number| [made.as_slice(), chunk(*number)].concat())
        };
        assert!(open(&by, &made(&[0, 1, 2, 3]), KEY).is_ok());
        for chunks in
            [&[0, 1, 2][..], &[0], &[], &[0, 1, 3], &[1, 0, 2, 3], &[0, 0, 1, 2, 3], &[0, 1, 2, 3, 3]]
        {
            assert!(open(&by, &made(chunks), KEY).is_err(), "{chunks:?}");
        }
        for cut in [1, 100, CHUNK, sealed.len() - HEADER, sealed.len() - 20] {
            assert!(open(&by, &sealed[..sealed.len() - cut], KEY).is_err(), "cut by {cut}");
        }
        assert!(open(&by, &[sealed.as_slice(), b"x"].concat(), KEY).is_err());
        let whole = seal(&by, &content(CHUNK), CHUNK);
        assert!(open(&by, &[whole.as_slice(), &[0; 16]].concat(), KEY).is_err());
    }

    #[test]
    fn the_end_of_a_stream_that_came_short_is_an_error() {
        let by = wrap::random_key();
        let sealed = seal(&by, &content(CHUNK + 10), CHUNK);
        let mut opener = Opener::new(&by, &sealed, tenant(), KEY, sealed.len() as u64).unwrap();
        assert_eq!(opener.push(&sealed[HEADER..sealed.len() - 1]).unwrap().len(), CHUNK);
        assert!(opener.finish().is_err());
    }
}
