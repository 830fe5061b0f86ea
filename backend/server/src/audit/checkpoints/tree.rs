//! A hash tree over the hashes of events (RFC 9162, section 2.1): its root in a signed statement vouches for each of
//! them, and a handful of hashes shows it for one without a word of the others.

use crate::infra::digest;
use sha2::{Digest as _, Sha256};

type Digest = [u8; 32];

fn leaf(hash: &str) -> Digest {
    Sha256::new_with_prefix([0]).chain_update(hash).finalize().into()
}

fn node(left: &Digest, right: &Digest) -> Digest {
    Sha256::new_with_prefix([1]).chain_update(left).chain_update(right).finalize().into()
}

fn text(digest: &Digest) -> String {
    format!("sha256:{}", digest::hex(digest))
}

fn digest_of(text: &str) -> Option<Digest> {
    let hex = text.strip_prefix("sha256:")?;
    let mut digest = [0; 32];
    // One spelling only, so that no two files prove the same.
    if hex.len() != 64 || !hex.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f')) {
        return None;
    }
    for (byte, at) in digest.iter_mut().zip((0..64).step_by(2)) {
        *byte = u8::from_str_radix(hex.get(at..at + 2)?, 16).ok()?;
    }
    Some(digest)
}

/// A tree that grows leaf by leaf and keeps a digest a level.
#[derive(Debug, Default)]
pub struct Tree {
    // Full subtrees from the largest to the smallest, each with its height.
    stack: Vec<(u32, Digest)>,
}

impl Tree {
    /// Adds the hash of the next event.
    pub fn push(&mut self, hash: &str) {
        let mut grown = (0, leaf(hash));
        while let Some((height, left)) = self.stack.pop_if(|(height, _)| *height == grown.0) {
            grown = (height + 1, node(&left, &grown.1));
        }
        self.stack.push(grown);
    }

    /// The root so far.
    pub fn root(&self) -> String {
        let folded =
            self.stack.iter().rev().map(|(_, digest)| *digest).reduce(|right, left| node(&left, &right));
        text(&folded.unwrap_or_else(|| Sha256::digest([]).into()))
    }
}

/// The hashes that lead from the leaf at `index` to the root.
pub fn path(hashes: &[String], index: usize) -> Vec<String> {
    let leaves: Vec<Digest> = hashes.iter().map(|hash| leaf(hash)).collect();
    let mut path = Vec::new();
    climb(&leaves, index, &mut path);
    path.iter().map(text).collect()
}

fn climb(leaves: &[Digest], index: usize, path: &mut Vec<Digest>) {
    if leaves.len() < 2 {
        return;
    }
    let (left, right) = leaves.split_at(leaves.len().div_ceil(2).next_power_of_two());
    let (own, other, index) =
        if index < left.len() { (left, right, index) } else { (right, left, index - left.len()) };
    climb(own, index, path);
    path.push(root_of(other));
}

fn root_of(leaves: &[Digest]) -> Digest {
    match leaves {
        [] => Sha256::digest([]).into(),
        [one] => *one,
        many => {
            let (left, right) = many.split_at(many.len().div_ceil(2).next_power_of_two());
            node(&root_of(left), &root_of(right))
        }
    }
}

/// Whether the hash stands at `index` of the `count` leaves below `root`.
pub fn holds(hash: &str, (mut index, count): (u64, u64), path: &[String], root: &str) -> bool {
    let Some(mut last) = count.checked_sub(1).filter(|last| index <= *last) else { return false };
    let mut climbed = leaf(hash);
    for sibling in path {
        let Some(sibling) = digest_of(sibling).filter(|_| last > 0) else { return false };
        if index % 2 == 1 || index == last {
            climbed = node(&sibling, &climbed);
            while index % 2 == 0 && index > 0 {
                (index, last) = (index / 2, last / 2);
            }
        } else {
            climbed = node(&climbed, &sibling);
        }
        (index, last) = (index / 2, last / 2);
    }
    last == 0 && text(&climbed) == root
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_leaf_of_every_small_tree_is_shown_and_no_other() {
        for count in 1..=70_usize {
            let hashes: Vec<String> = (0..count).map(|number| format!("hash {number}")).collect();
            let mut tree = Tree::default();
            hashes.iter().for_each(|hash| tree.push(hash));
            let root = tree.root();
            for index in 0..count {
                let way = path(&hashes, index);
                let place = (index as u64, count as u64);
                assert!(holds(&hashes[index], place, &way, &root), "{index} of {count}");
                assert!(!holds("another hash", place, &way, &root));
                let elsewhere = ((index + 1) as u64 % count as u64, count as u64);
                assert!(count == 1 || !holds(&hashes[index], elsewhere, &way, &root), "{index} of {count}");
                assert!(way.is_empty() || !holds(&hashes[index], place, &way[1..], &root));
                assert!(!holds(&hashes[index], place, &[way, vec![root.clone()]].concat(), &root));
            }
        }
    }

    #[test]
    fn the_root_is_the_one_of_the_rfc() {
        // The empty tree, and one of three by hand.
        assert_eq!(Tree::default().root(), format!("sha256:{}", digest::sha256_hex(b"")));
        let mut tree = Tree::default();
        ["a", "b", "c"].iter().for_each(|hash| tree.push(hash));
        assert_eq!(tree.root(), text(&node(&node(&leaf("a"), &leaf("b")), &leaf("c"))));
    }
}
