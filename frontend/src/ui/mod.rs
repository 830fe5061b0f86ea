//! The primitives: they own every class name and ARIA detail, so that pages only compose them.

mod bits;
mod card;
mod chart;
mod controls;
mod copy;
mod dialog;
mod drop;
mod feedback;
mod form;
mod frame;
mod icon;
mod menu;
mod pick;
mod problem;
mod remote;
mod serving;
mod table;
mod toast;

pub use bits::{Badge, Chip, Chips, Code, Moment, Muted, Pair, Pairs, Strong, Tone};
pub use card::{Card, Columns, Feed, FeedItem, Figure, Figures, Gap, Grid, Row, Stack, StepItem, Steps};
pub use chart::{CommonValues, HistogramChart, Meter};
pub use controls::{Button, ButtonLink, Kind, Link, Tab, Tabs};
pub use copy::CodeBlock;
pub use dialog::Dialog;
pub use drop::{DropVeil, DropZone, TransferRow};
pub use feedback::{Bones, Empty, Notice, Skeleton};
pub use form::{Checked, Field, Form, FormState, PasswordField, focus_first_fault};
pub use frame::{Brand, Gate, NavLink, Page, ShellFrame, Trail};
pub use icon::{Icon, Sign};
pub use menu::{Avatar, Menu, MenuButton, MenuHead, MenuItem, MenuLine, MenuLink, MenuWord, Side};
pub use pick::{CellField, CellKind, Options, PickBox, PickField, PickGroup, PickOne, Segment, Segments};
pub use problem::ProblemPanel;
pub use remote::Loaded;
pub use serving::{Big, CellGrid, FromTo, Narrow, ProbabilityBars, Remarks, Rules, Sticky};
pub use table::{Align, Cell, Column, Table};
pub use toast::{Toaster, Toasts};
