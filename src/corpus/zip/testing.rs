//! Writes zip archives for tests, here and in `tests/it`.

/// An archive of files that are stored as they are.
pub fn stored(files: &[(&str, &[u8])]) -> Vec<u8> {
    archive(&files.iter().map(|&(name, bytes)| (name, 0, bytes, bytes.len(), crc(bytes))).collect::<Vec<_>>())
}

/// An archive of entries with name, method, packed bytes, size and checksum.
pub fn archive(entries: &[(&str, u16, &[u8], usize, u32)]) -> Vec<u8> {
    let (mut bytes, mut list) = (Vec::new(), Vec::new());
    for &(name, method, packed, size, crc) in entries {
        let common = [
            [20, 0, 0, 0].as_slice(),
            &method.to_le_bytes(),
            &[0; 4],
            &crc.to_le_bytes(),
            &(packed.len() as u32).to_le_bytes(),
            &(size as u32).to_le_bytes(),
            &(name.len() as u16).to_le_bytes(),
            &[0; 2],
        ]
        .concat();
        let offset = (bytes.len() as u32).to_le_bytes();
        list.extend([b"PK\x01\x02\x14\0", common.as_slice(), &[0; 10], &offset, name.as_bytes()].concat());
        bytes.extend([b"PK\x03\x04", common.as_slice(), name.as_bytes(), packed].concat());
    }
    let (count, offset) = ((entries.len() as u16).to_le_bytes(), (bytes.len() as u32).to_le_bytes());
    let size = (list.len() as u32).to_le_bytes();
    [bytes, list, [b"PK\x05\x06\0\0\0\0", &count[..], &count, &size, &offset, &[0; 2]].concat()].concat()
}

/// CRC-32, a bit at a time.
fn crc(bytes: &[u8]) -> u32 {
    let bit = |crc: u32, _| if crc & 1 == 1 { 0xEDB8_8320 ^ crc >> 1 } else { crc >> 1 };
    !bytes.iter().fold(!0, |crc, &byte| (0..8).fold(crc ^ u32::from(byte), bit))
}
