//! Files out of a zip archive in memory (PKWARE's APPNOTE, without Zip64): what its list names, unpacked one by one.
//!
//! It is our own so that it is small where every kilobyte is loaded by visitors, and stands on the inflater that burn has
//! in its tree anyway: the crates for zip turn on features of others there, with which all of burn is built a second time.

use std::path::{Path, PathBuf};

use miniz_oxide::inflate::{
    TINFLStatus as Status,
    core::{DecompressorOxide, decompress, inflate_flags::TINFL_FLAG_USING_NON_WRAPPING_OUTPUT_BUF},
};

use super::error::CorpusError;

/// Bytes that are unpacked from one archive, all files together; IWSLT2017 has about 50 MB.
pub const MOST: usize = 1 << 28;

/// The signatures of the three kinds of records, and the bytes that each has before its names.
const END: ([u8; 4], usize) = (*b"PK\x05\x06", 22);
const ENTRY: ([u8; 4], usize) = (*b"PK\x01\x02", 46);
const LOCAL: ([u8; 4], usize) = (*b"PK\x03\x04", 30);
/// The comment at the end has a length of 16 bits.
const LONGEST_COMMENT: usize = u16::MAX as usize;

/// An archive, and what its list says.
#[derive(Debug)]
pub struct Archive {
    file: PathBuf,
    bytes: Vec<u8>,
    entries: Vec<Entry>,
    /// Where the first file begins; behind zero where something stands before the archive.
    start: usize,
    /// Bytes that are unpacked so far.
    unpacked: usize,
}

/// What the list says of a file.
#[derive(Debug)]
struct Entry {
    name: String,
    encrypted: bool,
    method: u16,
    crc: u32,
    packed: usize,
    size: usize,
    offset: usize,
}

impl Archive {
    /// Reads the list. Nothing is unpacked yet.
    pub fn new(file: &Path, bytes: Vec<u8>) -> Result<Self, CorpusError> {
        let file = file.to_owned();
        match list(&bytes) {
            Ok((entries, start)) => Ok(Self { file, entries, start, unpacked: 0, bytes }),
            Err(reason) => Err(CorpusError::Zip { file, reason }),
        }
    }

    /// The files' names with their folders, in the archive's order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.entries.iter().map(|entry| entry.name.as_str())
    }

    /// Unpacks a file by its place among the names, and compares its checksum.
    pub fn unpack(&mut self, index: usize) -> Result<Vec<u8>, CorpusError> {
        let entry = &self.entries[index];
        let wrong = |reason| CorpusError::Zip { file: self.file.join(&entry.name), reason };
        if entry.encrypted {
            return Err(wrong("it is encrypted: pack it again without a password"));
        }
        self.unpacked = self.unpacked.saturating_add(entry.size);
        if self.unpacked > MOST {
            return Err(wrong(
                "it unpacks to more than 256 MiB, all files together, which no corpus of this form does",
            ));
        }
        let packed = self.packed(entry).ok_or_else(|| wrong("the archive is cut or damaged: the file is not in it"))?;
        let bytes = match entry.method {
            0 => packed.to_vec(),
            8 => inflate(packed, entry.size).map_err(wrong)?,
            _ => return Err(wrong("it is packed in another way than deflate: pack it again")),
        };
        match bytes.len() == entry.size && crc(&bytes) == entry.crc {
            true => Ok(bytes),
            false => Err(wrong("it is damaged: its checksum is another")),
        }
    }

    /// The packed bytes, which stand behind a second, local copy of the entry.
    fn packed(&self, entry: &Entry) -> Option<&[u8]> {
        let (signature, fixed) = LOCAL;
        let record = self.bytes.get(self.start.checked_add(entry.offset)?..)?;
        if record.len() < fixed || record[..4] != signature {
            return None;
        }
        let begin = fixed + short(record, 26) + short(record, 28);
        record.get(begin..begin.checked_add(entry.packed)?)
    }
}

/// The entries of the list, which stands at the end of an archive, and where the first file begins.
fn list(bytes: &[u8]) -> Result<(Vec<Entry>, usize), &'static str> {
    let end = end(bytes).ok_or("this is no whole zip archive: its list of files is missing")?;
    let record = &bytes[end..];
    let (count, size, offset) = (short(record, 10), long(record, 12), long(record, 16));
    if count == usize::from(u16::MAX) || offset == u32::MAX as usize {
        return Err("the archive is in Zip64, which is for larger ones: pack it again");
    }
    let start = end.checked_sub(size).and_then(|list| list.checked_sub(offset));
    let start = start.ok_or("the archive is cut or damaged: its list of files is not where it says")?;
    let (mut entries, mut rest) = (Vec::new(), &bytes[start + offset..end]);
    for _ in 0..count {
        let (entry, next) = entry(rest).ok_or("the archive is damaged: its list of files breaks off")?;
        entries.push(entry);
        rest = next;
    }
    Ok((entries, start))
}

/// Where the last record begins: its comment must reach to the end of the archive.
fn end(bytes: &[u8]) -> Option<usize> {
    let (signature, fixed) = END;
    let last = bytes.len().checked_sub(fixed)?;
    (last.saturating_sub(LONGEST_COMMENT)..=last)
        .rev()
        .find(|&at| bytes[at..at + 4] == signature && at + fixed + short(&bytes[at..], 20) == bytes.len())
}

/// The first entry of a list, and what follows.
fn entry(list: &[u8]) -> Option<(Entry, &[u8])> {
    let (signature, fixed) = ENTRY;
    if list.len() < fixed || list[..4] != signature {
        return None;
    }
    let name_end = fixed + short(list, 28);
    let entry = Entry {
        name: String::from_utf8_lossy(list.get(fixed..name_end)?).replace(char::is_control, "\u{fffd}"),
        encrypted: short(list, 8) & 1 == 1,
        method: short(list, 10) as u16,
        crc: long(list, 16) as u32,
        packed: long(list, 20),
        size: long(list, 24),
        offset: long(list, 42),
    };
    Some((entry, list.get(name_end + short(list, 30) + short(list, 32)..)?))
}

fn short(record: &[u8], at: usize) -> usize {
    usize::from(u16::from_le_bytes([record[at], record[at + 1]]))
}

fn long(record: &[u8], at: usize) -> usize {
    short(record, at) | short(record, at + 2) << 16
}

/// The deflated bytes, which must come to the size that the list states.
fn inflate(packed: &[u8], size: usize) -> Result<Vec<u8>, &'static str> {
    let mut bytes = vec![0; size];
    let flags = TINFL_FLAG_USING_NON_WRAPPING_OUTPUT_BUF;
    let (status, _, written) = decompress(&mut DecompressorOxide::new(), packed, &mut bytes, 0, flags);
    match status {
        Status::Done if written == size => Ok(bytes),
        Status::Done | Status::HasMoreOutput => Err("it is damaged: its size is another than the archive's list says"),
        _ => Err("it is damaged: it cannot be unpacked"),
    }
}

/// CRC-32 as zip, gzip and Ethernet have it.
fn crc(bytes: &[u8]) -> u32 {
    const TABLE: [u32; 256] = table();
    !bytes.iter().fold(!0, |crc, &byte| TABLE[usize::from(crc as u8 ^ byte)] ^ crc >> 8)
}

const fn table() -> [u32; 256] {
    let mut table = [0; 256];
    let mut index = 0;
    while index < 256 {
        let (mut value, mut bit) = (index as u32, 0);
        while bit < 8 {
            value = if value & 1 == 1 { 0xEDB8_8320 ^ value >> 1 } else { value >> 1 };
            bit += 1;
        }
        table[index] = value;
        index += 1;
    }
    table
}

#[cfg(test)]
pub(super) mod testing;

#[cfg(test)]
mod tests {
    use super::{
        testing::{archive, stored},
        *,
    };

    const SENTENCES: &[u8] = b"ein Satz, noch ein Satz, und noch ein Satz\n";

    /// One file with the sentences, `a/b.txt`, as Python's zipfile packs it.
    const PYTHON: &[u8] = b"PK\x03\x04\x14\0\0\0\x08\0\0\0!\0ch\x87A\x19\0\0\0+\0\0\0\x07\0\0\0a/b.txt\
        K\xcd\xccS\x08N,\xa9\xd2Q\xc8\xcbO\xcePH\x85sK\xf3RP\x85\xb8\0\
        PK\x01\x02\x14\x03\x14\0\0\0\x08\0\0\0!\0ch\x87A\x19\0\0\0+\0\0\0\x07\0\0\0\0\0\0\0\0\0\0\0\x80\x01\0\0\0\0a/b.txt\
        PK\x05\x06\0\0\0\0\x01\0\x01\x005\0\0\0>\0\0\0\0\0";
    /// Where its packed bytes begin.
    const PACKED: usize = 37;

    fn open(bytes: &[u8]) -> Result<Archive, CorpusError> {
        Archive::new(Path::new("a.zip"), bytes.to_vec())
    }

    fn says(bytes: &[u8], expected: &str) {
        let message = open(bytes).and_then(|mut archive| archive.unpack(0)).unwrap_err().to_string();
        assert!(message.starts_with(expected), "{message}");
    }

    #[test]
    fn files_come_out_as_they_went_in() {
        assert_eq!(crc(b"123456789"), 0xCBF4_3926);
        let mut python = open(PYTHON).unwrap();
        assert_eq!(python.names().collect::<Vec<_>>(), ["a/b.txt"]);
        assert_eq!(python.unpack(0).unwrap(), SENTENCES);
        let mut own = open(&stored(&[("x", b"1"), ("d/", b""), ("d/y", SENTENCES)])).unwrap();
        assert_eq!(own.names().collect::<Vec<_>>(), ["x", "d/", "d/y"]);
        assert_eq!([own.unpack(2).unwrap(), own.unpack(0).unwrap()], [SENTENCES.to_vec(), b"1".to_vec()]);
        // With something before it, and a comment after it.
        let mut framed = [b"#!/bin/sh\n", PYTHON, b"PK\x05\x06"].concat();
        let comment = framed.len() - 6;
        framed[comment] = 4;
        assert_eq!(open(&framed).unwrap().unpack(0).unwrap(), SENTENCES);
        assert_eq!(open(&stored(&[])).unwrap().names().count(), 0);
    }

    #[test]
    fn broken_archives() {
        says(b"", "a.zip: this is no whole zip archive");
        says(b"PK\x03\x04 and no more", "a.zip: this is no whole zip archive");
        says(&PYTHON[..PYTHON.len() - 1], "a.zip: this is no whole zip archive");
        says(&PYTHON[20..], "a.zip: the archive is cut or damaged: its list of files is not where it says");
        says(
            &PYTHON[PYTHON.len() - 40..],
            "a.zip: the archive is cut or damaged: its list of files is not where it says",
        );
        let with = |at: usize, byte: u8| {
            let mut bytes = PYTHON.to_vec();
            bytes[at] = byte;
            bytes
        };
        let list = PYTHON.len() - 22 - 53;
        says(&with(0, b'k'), "a.zip/a/b.txt: the archive is cut or damaged: the file is not in it");
        says(&with(PACKED, 0xFF), "a.zip/a/b.txt: it is damaged: it cannot be unpacked");
        says(&with(PACKED + 5, b'M'), "a.zip/a/b.txt: it is damaged: ");
        says(&with(list + 16, 0), "a.zip/a/b.txt: it is damaged: its checksum is another");
        says(&with(list + 24, 42), "a.zip/a/b.txt: it is damaged: its size is another than the archive's list says");
        says(&with(list + 24, 44), "a.zip/a/b.txt: it is damaged: its size is another than the archive's list says");
        says(&with(list + 20, 0xFF), "a.zip/a/b.txt: the archive is cut or damaged: the file is not in it");
        says(&with(list + 8, 1), "a.zip/a/b.txt: it is encrypted: pack it again without a password");
        says(&with(list + 10, 12), "a.zip/a/b.txt: it is packed in another way than deflate: pack it again");
        says(&with(list + 1, b'k'), "a.zip: the archive is damaged: its list of files breaks off");
        let entries = PYTHON.len() - 12;
        says(&with(entries, 2), "a.zip: the archive is damaged: its list of files breaks off");
        let mut large = PYTHON.to_vec();
        large[entries..entries + 2].fill(0xFF);
        says(&large, "a.zip: the archive is in Zip64");
    }

    #[test]
    fn what_unpacks_to_too_much_is_refused() {
        let zeros =
            [("zeros", 8, &b"K"[..], MOST + 1, 0), ("half", 0, b"", MOST / 2 + 1, 0), ("half", 0, b"", MOST / 2, 0)];
        let mut bomb = open(&archive(&zeros)).unwrap();
        let too_much =
            |error: CorpusError| assert!(error.to_string().contains("unpacks to more than 256 MiB"), "{error}");
        too_much(bomb.unpack(0).unwrap_err());
        let mut halves = open(&archive(&zeros[1..])).unwrap();
        assert!(halves.unpack(0).unwrap_err().to_string().contains("checksum"));
        too_much(halves.unpack(1).unwrap_err());
    }

    /// Whatever a byte becomes, there is the text or one sentence; nothing panics.
    #[test]
    fn any_byte_may_be_wrong() {
        for at in 0..PYTHON.len() {
            for byte in [0, 1, 0x7F, 0x80, 0xFF] {
                let mut bytes = PYTHON.to_vec();
                bytes[at] = byte;
                let Ok(mut archive) = open(&bytes) else { continue };
                let unpacked = (archive.names().count() > 0).then(|| archive.unpack(0));
                assert!(!matches!(unpacked, Some(Ok(text)) if text != SENTENCES), "byte {at} as {byte}");
            }
        }
    }
}
