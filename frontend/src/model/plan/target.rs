//! The column that people most likely want to predict, told by its name.

use super::{predictable, split_column};
use contract::datasets::{ColumnProfile, Profile};

/// Names that say it outright; alone or as the last word of a name.
const OUTRIGHT: [&str; 9] =
    ["target", "label", "outcome", "response", "目标", "标签", "因变量", "目标变量", "目标值"];
/// Names that say it only when they are the whole name.
const ALONE: [&str; 5] = ["class", "result", "类别", "类型", "结果"];
/// What people like to predict, as the last word of a name.
const WANTED: [&str; 36] = [
    "price",
    "churn",
    "churned",
    "survived",
    "default",
    "fraud",
    "species",
    "diagnosis",
    "sales",
    "revenue",
    "salary",
    "income",
    "demand",
    "consumption",
    "score",
    "rating",
    "quality",
    "risk",
    "value",
    "cost",
    "converted",
    "conversion",
    "attrition",
    "spam",
    "sentiment",
    "yield",
    "价格",
    "房价",
    "售价",
    "单价",
    "销量",
    "销售额",
    "收入",
    "流失",
    "评分",
    "风险",
];

/// How surely a name is that of a target; the lower the surer.
fn rank(name: &str) -> Option<u8> {
    let words = words(name);
    let last = words.last()?.as_str();
    // 中文 has no spaces: what a name is about stands at its end.
    let ends = |known: &&str| !known.is_ascii() && last.ends_with(*known);
    let (alone, outright) = (words.len() == 1, |word: &str| OUTRIGHT.contains(&word));
    match last {
        word if alone && (outright(word) || ALONE.contains(&word)) => Some(0),
        word if outright(word) || OUTRIGHT.iter().any(&ends) => Some(1),
        word if WANTED.contains(&word) || WANTED.iter().any(ends) => Some(2),
        // Beside others it is a coordinate.
        "y" if alone => Some(3),
        _ => None,
    }
}

/// `salePrice`, `sale_price` and `Sale price (EUR)` as words in small letters; what stands in brackets is a unit.
fn words(name: &str) -> Vec<String> {
    let name = name.split(['(', '[', '（']).next().unwrap_or_default();
    let mut words = vec![String::new()];
    let mut small = false;
    for letter in name.chars() {
        if !letter.is_alphanumeric() || (letter.is_uppercase() && small) {
            words.push(String::new());
        }
        small = letter.is_lowercase();
        if let Some(word) = words.last_mut().filter(|_| letter.is_alphanumeric()) {
            word.extend(letter.to_lowercase());
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

/// The column that people most likely want to predict: the one whose name says so, else the last one that can be,
/// apart from the split's.
pub fn likely_target(profile: &Profile) -> Option<&ColumnProfile> {
    let split = split_column(profile).map(|column| &column.name);
    let other = |column: &&ColumnProfile| Some(&column.name) != split;
    let backwards = || profile.columns.iter().rev().filter(other);
    let fit = || backwards().filter(|column| predictable(column));
    let named = fit().filter_map(|column| Some((rank(&column.name)?, column)));
    let named = named.min_by_key(|(rank, _)| *rank).map(|(_, column)| column);
    named.or_else(|| fit().next()).or_else(|| backwards().next())
}

#[cfg(test)]
mod tests {
    use super::*;
    use contract::datasets::ColumnKind;

    fn target_of(names: &str) -> String {
        let column = |name: &str| -> ColumnProfile {
            let text = serde_json::json!({ "name": name, "kind": ColumnKind::Number, "reason": "",
                "missing": 0, "distinct": 50 });
            serde_json::from_value(text).unwrap()
        };
        let profile =
            Profile { rows: 1000, columns: names.split(',').map(column).collect(), correlations: None };
        likely_target(&profile).unwrap().name.clone()
    }

    #[test]
    fn a_target_is_told_by_its_name_wherever_it_stands() {
        for (names, target) in [
            ("carat,cut,color,clarity,depth,table,price,x,y,z", "price"),
            ("x1,x2,y,note", "y"),
            ("churn,female,senior_citizen,tenure,total_charges", "churn"),
            ("species,island,bill_length_mm,sex,year", "species"),
            ("Survived,Pclass,Name,Sex,Age", "Survived"),
            ("id,SalePrice,LotArea", "SalePrice"),
            ("price,class_label,a", "class_label"),
            ("面积,房价,楼层", "房价"),
            ("用户流失,年龄", "用户流失"),
            ("a,目标,价格", "目标"),
            ("Price (EUR),rooms", "Price (EUR)"),
            ("a,b,c", "c"),
        ] {
            assert_eq!(target_of(names), target, "{names}");
        }
    }
}
