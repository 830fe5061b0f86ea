//! The names of the messages. A new one stands here and in each message file, and is used; tests hold all three together.

macro_rules! keys {
    ($($name:ident)*) => {
        /// The name of a message, written as in the message files.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[allow(non_camel_case_types, missing_docs)]
        pub enum Key {
            $($name),*
        }

        impl Key {
            /// Every key, in the order of the declaration.
            pub const ALL: &'static [Key] = &[$(Key::$name),*];

            /// The name in the message files.
            pub const fn name(self) -> &'static str {
                match self {
                    $(Key::$name => stringify!($name)),*
                }
            }
        }
    };
}

keys! {
    action_cancel action_dismiss action_retry audit_none audit_none_text auditlog_action auditlog_actor
    auditlog_actor_id auditlog_after auditlog_agent auditlog_all_of auditlog_any auditlog_apply
    auditlog_before auditlog_broken auditlog_broken_changed auditlog_broken_checkpoint auditlog_broken_cut
    auditlog_broken_misplaced auditlog_broken_missing auditlog_broken_rewritten auditlog_broken_text
    auditlog_broken_unsigned auditlog_changes auditlog_clear auditlog_code auditlog_denied
    auditlog_denied_text auditlog_details auditlog_did_access_denied auditlog_did_api_key_created
    auditlog_did_api_key_revoked auditlog_did_api_key_rotated auditlog_did_api_key_updated
    auditlog_did_audit_exported auditlog_did_audit_proved auditlog_did_audit_read auditlog_did_audit_verified
    auditlog_did_dataset_deleted auditlog_did_dataset_downloaded auditlog_did_dataset_failed
    auditlog_did_dataset_profiled auditlog_did_dataset_read_again auditlog_did_dataset_updated
    auditlog_did_dataset_uploaded auditlog_did_endpoint_created auditlog_did_endpoint_deleted
    auditlog_did_endpoint_model_changed auditlog_did_endpoint_rolled_back auditlog_did_invite_accepted
    auditlog_did_invite_created auditlog_did_invite_revoked auditlog_did_member_added
    auditlog_did_member_removed auditlog_did_member_role_changed auditlog_did_model_deleted
    auditlog_did_operator_tenant_viewed auditlog_did_session_ended auditlog_did_session_refreshed
    auditlog_did_session_reused auditlog_did_tenant_created auditlog_did_tenant_deleted auditlog_did_tenant_plan_changed
    auditlog_did_tenant_resumed auditlog_did_tenant_suspended auditlog_did_tenant_updated
    auditlog_did_training_cancelled auditlog_did_training_failed auditlog_did_training_started
    auditlog_did_training_succeeded auditlog_did_user_password_changed auditlog_did_user_sign_in_failed
    auditlog_did_user_signed_in auditlog_did_user_signed_out auditlog_did_user_signed_up
    auditlog_did_user_updated auditlog_exact auditlog_export_csv auditlog_export_ndjson auditlog_field
    auditlog_filter auditlog_hash auditlog_id auditlog_ip auditlog_lead auditlog_more_by auditlog_more_on
    auditlog_newer auditlog_no_changes auditlog_none auditlog_none_text auditlog_object_api_key
    auditlog_object_dataset auditlog_object_email auditlog_object_endpoint auditlog_object_invite
    auditlog_object_model auditlog_object_run auditlog_object_session auditlog_object_tenant
    auditlog_object_user auditlog_older auditlog_open auditlog_outcome auditlog_previous auditlog_prove
    auditlog_q auditlog_signed auditlog_unsigned
    auditlog_read_many auditlog_read_one auditlog_sequence auditlog_success auditlog_system auditlog_target
    auditlog_time auditlog_unverified auditlog_verified auditlog_verify auditlog_verify_failed auditlog_via
    chart_as_table chart_count chart_histogram chart_range choice_label choice_language choice_theme
    code_answer code_copied code_copy code_curl code_javascript code_label code_language code_needs
    code_needs_key code_needs_many code_needs_server code_python code_python_alone code_row_hint code_selected
    code_tab column_columns column_created column_disagrees column_distinct column_mean column_median
    column_missing column_name column_range column_rejected column_rows column_size column_status column_std
    columns_more columns_none columns_none_text confirm_label confirm_mismatch correlation_against
    correlation_all correlation_alone correlation_column correlation_lead correlation_most correlation_none
    correlation_none_text correlation_tab correlation_together correlation_untold dataset_delete
    dataset_delete_loses dataset_delete_title dataset_deleted dataset_download dataset_profiling dataset_title
    dataset_views datasets_lead datasets_none datasets_none_reader datasets_none_text delimiter_comma
    delimiter_pipe delimiter_semicolon delimiter_space delimiter_tab download_failed encoding_utf16_be
    encoding_utf16_le encoding_utf8 encoding_utf8_bom encoding_windows_1252 endpoint_answers
    endpoint_answers_class endpoint_answers_number endpoint_becomes endpoint_cause_changed
    endpoint_cause_created endpoint_cause_rolled_back endpoint_change endpoint_change_do endpoint_change_means
    endpoint_change_model endpoint_change_none endpoint_change_title endpoint_change_to endpoint_changed
    endpoint_column endpoint_create endpoint_create_denied endpoint_created endpoint_delete
    endpoint_delete_loses endpoint_delete_title endpoint_deleted endpoint_diff_added endpoint_diff_dropped
    endpoint_diff_score endpoint_diff_target endpoint_history endpoint_kind endpoint_last_change endpoint_lead
    endpoint_lead_one endpoint_levels_many endpoint_levels_one endpoint_model endpoint_model_hint
    endpoint_model_option endpoint_name endpoint_name_broken endpoint_name_hint endpoint_nav endpoint_new
    endpoint_new_lead endpoint_none_reader endpoint_put_on endpoint_reads endpoint_roll_back
    endpoint_roll_back_means endpoint_roll_back_title endpoint_rule_characters endpoint_rule_ends
    endpoint_rule_length endpoint_score endpoint_seen endpoint_serves endpoint_serving endpoint_serving_now
    endpoint_tab_overview endpoint_tab_usage endpoint_updated endpoint_usage_days endpoint_usage_error_share
    endpoint_usage_errors endpoint_usage_none endpoint_usage_none_text endpoint_usage_period
    endpoint_usage_predictions endpoint_usage_requests endpoint_usage_span endpoint_version
    endpoint_version_named endpoint_version_of endpoint_versions endpoint_views endpoint_when endpoint_why
    endpoints_none endpoints_none_text field_email field_email_wrong field_name field_password field_required
    field_tenant field_tenant_hint first_run_count first_run_hide first_run_title home_all home_audit
    home_endpoints home_models home_quotas home_welcome invite_accept invite_accepted invite_as
    invite_broken_text invite_broken_title invite_create invite_expired invite_gone invite_hint invite_link
    invite_list invite_made invite_none invite_none_text invite_other invite_person invite_revoke
    invite_revoke_loses invite_revoke_title invite_revoked invite_send invite_stored invite_title
    invite_unknown invite_until invite_waiting key_all_endpoints key_all_endpoints_text key_changed key_create
    key_create_denied key_created key_edit key_endpoint_absent key_endpoints key_endpoints_none key_ends
    key_ends_after key_ends_hint key_ends_unchanged key_facts key_last_used key_lead key_may key_name
    key_name_hint key_nav key_never_ends key_never_used key_new key_new_lead key_none key_none_text key_once
    key_overlap key_overlap_day key_overlap_day_text key_overlap_hour key_overlap_hour_text key_overlap_none
    key_overlap_none_text key_overlap_week key_overlap_week_text key_preset_build key_preset_build_text
    key_preset_custom key_preset_custom_text key_preset_predict key_preset_predict_text key_rate key_rate_hint
    key_rate_plan key_rate_wrong key_revoke key_revoke_loses key_revoke_title key_revoke_unused
    key_revoke_used key_revoked key_revoked_at key_roll key_roll_means key_roll_title key_save
    key_scope_audit_read key_scope_datasets_read key_scope_datasets_write key_scope_endpoints_read
    key_scope_endpoints_write key_scope_models_read key_scope_models_write key_scope_predict
    key_scope_training_read key_scope_training_write key_scope_usage_read key_scopes key_scopes_hint
    key_scopes_none key_secret key_secret_title key_some_endpoints key_some_endpoints_text key_state
    key_state_active key_state_ends_soon key_state_expired key_state_revoked key_state_rolling key_stored
    key_test key_test_worked key_title key_try key_try_no_endpoint key_try_no_predict key_usage
    key_which_endpoints kind_boolean kind_category kind_datetime kind_id kind_integer kind_number kind_text
    language_chinese language_english list_newest list_older member_acts member_change_of member_changed
    member_copied member_copy member_denied member_denied_text member_lead member_leave member_leave_loses
    member_matrix member_matrix_what member_matrix_yours member_may_audit_read member_may_datasets_read
    member_may_datasets_write member_may_endpoints_read member_may_endpoints_write member_may_invites_read
    member_may_invites_write member_may_keys_read member_may_keys_write member_may_members_read
    member_may_members_write member_may_models_read member_may_models_write member_may_predict
    member_may_tenant_delete member_may_tenant_read member_may_tenant_write member_may_training_read
    member_may_training_write
    member_may_usage_read member_none member_none_text member_owners_only member_people member_remove
    member_remove_loses member_remove_of member_remove_title member_removed member_role member_role_admin
    member_role_analyst member_role_auditor member_role_developer member_role_owner member_save member_since
    member_you metric_accuracy metric_auc metric_average_precision metric_balanced_accuracy metric_brier
    metric_calibration_error metric_f1 metric_greater metric_less metric_log_loss metric_mae metric_mape
    metric_mcc metric_median_absolute_error metric_mse metric_r2 metric_rmse model_actual model_all
    model_bands model_bands_half model_bands_middle model_bands_said model_bands_share model_board_row
    model_board_test model_board_tied model_board_tied_text model_board_time model_board_trial
    model_board_validation model_called_found model_called_missed model_called_spared model_called_wrong
    model_class model_classes_many model_classes_one model_columns_none model_confusion model_confusion_actual
    model_confusion_predicted model_confusion_said model_cost model_cost_answered model_cost_at
    model_cost_best model_cost_chosen model_cost_here model_cost_row model_cost_said model_coverage
    model_coverage_classes model_coverage_held model_coverage_level model_coverage_numbers model_coverage_said
    model_coverage_size model_coverage_width model_created model_data_hash model_delete model_delete_loses
    model_delete_title model_deleted model_dependence model_dependence_column model_dependence_high
    model_dependence_lead model_dependence_low model_dependence_mean model_dependence_most
    model_dependence_probability model_dependence_rows model_dependence_said model_direction model_engine
    model_example model_export model_export_card model_export_json model_export_label model_export_onnx
    model_false_alarms model_family model_gain model_gain_lift model_gain_rows model_gain_tenth model_hash
    model_id model_importance model_importance_lead model_intercept model_interval model_kept_none
    model_kept_none_text model_kind model_left_over model_levels_more model_list_lead model_list_title
    model_loss model_loss_of model_none model_none_act model_none_reader model_none_text model_notes
    model_parameters model_picture_actual model_picture_actual_said model_picture_left model_picture_left_said
    model_picture_spread model_picture_spread_said model_pictures_none model_pictures_none_text model_pr
    model_precision model_predicted model_predicts model_put model_ranks model_recall model_reliability
    model_reliability_after model_reliability_before model_reliability_error model_reliability_error_before
    model_reliability_lead model_reliability_observed model_reliability_stated model_reproduce
    model_reproduction model_reproduction_asked model_reproduction_by model_reproduction_equal
    model_reproduction_key model_reproduction_other model_reproduction_threads model_reproductions
    model_reproductions_none model_reproductions_none_text model_roc model_score model_scores
    model_scores_interval model_segment model_segment_actual model_segment_column model_segment_predicted
    model_segment_probability model_segment_share model_segment_worse model_segments_by model_segments_lead
    model_segments_none model_segments_worst model_sentence_none model_sentence_off model_sentence_right
    model_size model_spread_reach model_step model_tab_certainty model_tab_coefficients model_tab_columns
    model_tab_importance model_tab_lineage model_tab_pictures model_tab_scores model_tab_segments model_this
    model_threshold model_threshold_column model_threshold_title model_title model_trials model_values
    model_version model_version_mark model_versions model_versions_all model_versions_of model_versions_text
    model_views model_weak model_weights_count model_weights_filter model_weights_lead model_weights_none
    model_weights_none_text models_none models_none_text moment_days moment_hours moment_minutes moment_now
    nav_audit nav_datasets nav_home nav_label nav_members nav_menu nav_skip nav_trail nav_usage nothing_home
    nothing_text nothing_title operator_all operator_attempt operator_change_plan operator_counts
    operator_database operator_dead_jobs operator_denied operator_denied_text operator_error operator_filter
    operator_health operator_job_profile operator_job_train operator_jobs_none operator_jobs_none_text
    operator_kind operator_lead operator_leased_until operator_none operator_none_text operator_open
    operator_plan_changed operator_plan_text operator_queue operator_queued_at operator_refresh
    operator_resume operator_resume_text operator_resume_title operator_resumed_news operator_search_label
    operator_started operator_state_cancelled operator_state_dead operator_state_failed operator_state_queued
    operator_state_running operator_state_succeeded operator_storage operator_suspend operator_suspend_loses
    operator_suspend_title operator_suspended operator_suspended_news operator_tenants operator_title
    operator_users operator_version operator_views operator_waiting operator_work operator_worker
    operator_working outcome_denied outcome_failure palette_action palette_keys palette_label
    palette_new_endpoint palette_new_key palette_none palette_open palette_page palette_runs palette_theme
    palette_title palette_upload password_hide password_rule_guess password_rule_long password_rule_short
    password_rules_broken password_show password_show_label person_menu play_actual play_actual_is play_adds
    play_adds_lead play_adds_nothing play_adds_rest play_answer play_as_code play_base play_changed play_class
    play_id play_imputed play_interval play_level play_level_said play_millis play_missing play_more_many
    play_more_one play_new_level play_no_examples play_none play_none_text play_off play_open play_outside
    play_predict play_probabilities play_probability play_probability_of play_random play_range play_range_utc
    play_right play_row play_served play_set play_sum play_tab play_took play_typical play_wish_explain
    play_wish_interval play_wish_set play_wrong problem_body_timeout problem_body_too_large problem_conflict
    problem_cross_site_request problem_dataset_gone problem_dataset_not_ready problem_dataset_unreadable
    problem_denied_mend problem_digest_mismatch problem_email_taken problem_endpoint_not_allowed
    problem_forbidden problem_garbled_detail problem_garbled_title problem_idempotency_in_progress
    problem_idempotency_key_reused problem_in_use problem_internal problem_invalid_credentials
    problem_invalid_json problem_invalid_request problem_invite_invalid problem_key_expired
    problem_key_revoked problem_last_owner problem_method_not_allowed problem_name_taken
    problem_not_acceptable problem_not_exportable problem_not_found problem_overloaded problem_quota_exceeded
    problem_rate_limited problem_request problem_scope_missing problem_session_expired problem_sign_up_closed
    problem_tenant_required problem_tenant_suspended problem_too_many_attempts problem_training_failed
    problem_training_limit problem_type_mismatch problem_unauthenticated problem_unavailable
    problem_unreachable_detail problem_unreachable_title problem_unsupported_media_type
    problem_wrong_credential product quota_datasets quota_endpoints quota_predictions quota_queued
    quota_requests quota_running quota_storage quota_use quotas_none quotas_none_text read_decimal
    read_decimal_comma read_decimal_point read_delimiter read_empty read_encoding read_header read_missing
    read_quote read_title reading_as_detected reading_as_detected_kind reading_bad_left_out
    reading_bad_refused reading_bad_rows reading_change reading_change_kind reading_date_order
    reading_day_first reading_decimal reading_decimal_no reading_decimal_yes reading_header reading_kinds
    reading_kinds_cut reading_kinds_filter reading_kinds_hint reading_kinds_many reading_kinds_none
    reading_kinds_one reading_kinds_title reading_lead reading_missing reading_missing_by reading_missing_hint
    reading_missing_these reading_missing_wrong reading_month_first reading_otherwise reading_preview
    reading_preview_busy reading_quote_double reading_quote_single reading_rejects_many reading_rejects_none
    reading_rejects_one reading_reset reading_said reading_send reading_thousands reading_title reject_column
    reject_line reject_reason reject_text rejects_cut rejects_download rejects_none rejects_none_text
    rejects_show rejects_some_many rejects_some_one role_admin role_analyst role_auditor role_developer
    role_owner rows_cut rows_many rows_none rows_none_text rows_one run_about run_again run_any_moment
    run_attempt run_best run_cancel run_cancel_asked run_cancel_loses run_cancel_title run_cancelled
    run_column_model run_dataset run_effort_trials run_families run_families_all run_families_never
    run_families_none run_family run_family_best run_family_fitting run_features run_filter run_filter_all
    run_filter_clear run_fitting_time run_keep run_lasted run_left run_list_lead run_list_title run_log
    run_none run_none_act run_none_reader run_none_such run_none_such_text run_none_text run_parameter_alpha
    run_parameter_category_sets run_parameter_column_fraction run_parameter_early_stopping_rounds
    run_parameter_l1_ratio run_parameter_l2 run_parameter_learning_rate run_parameter_log_target
    run_parameter_max_depth run_parameter_max_leaves run_parameter_max_rounds run_parameter_min_leaf_rows
    run_parameter_row_fraction run_parameter_trees run_progress run_queued_at run_rank run_reconnecting
    run_see_model run_settings run_status_cancelled run_status_dead run_status_failed run_status_queued
    run_status_running run_status_succeeded run_stop run_stop_asked run_stop_failed run_stopping run_succeeded
    run_title run_trial run_trials run_trials_done run_trials_more run_trials_of run_trials_soon
    run_tries_again run_usual run_validation sample_lead sample_load sample_size sample_target sample_title
    settings_device settings_device_named settings_device_unknown settings_homeless settings_homeless_text
    settings_last_used settings_looks settings_looks_text settings_organisation settings_organisation_denied
    settings_password settings_password_change settings_password_changed settings_password_new
    settings_password_old settings_password_text settings_plan settings_profile settings_saved
    settings_security settings_session_end settings_session_ended settings_session_loses
    settings_session_title settings_sessions settings_sessions_none settings_sessions_none_text
    settings_signed_in settings_since settings_slug settings_tenant_id settings_this_device settings_title
    settings_user_id settings_views shortcut_escape shortcut_filter shortcut_help shortcut_title
    sign_in_action sign_in_new sign_in_title sign_out sign_up_action sign_up_known sign_up_title state_loading
    state_stale status_failed status_profiling status_ready status_receiving step_call step_call_action
    step_call_hint step_data step_data_action step_data_hint step_done step_endpoint step_endpoint_hint
    step_key step_key_hint step_model step_model_action step_model_hint step_open suspect_constant
    suspect_empty suspect_id_like suspect_leak suspect_mostly_missing suspect_near_duplicate tab_columns
    tab_rejects tab_rows tenant_switch theme_dark theme_light theme_system thousands_apostrophe
    thousands_comma thousands_point thousands_space train_about_baseline train_about_boosting
    train_about_elastic_net train_about_ensemble train_about_extra_trees train_about_forest
    train_about_gradient_descent train_about_lasso train_about_linear train_about_logistic train_about_ridge
    train_above train_advanced train_alpha train_alpha_hint train_between train_budget train_budget_hint
    train_class_balanced train_class_given train_class_given_hint train_class_none train_class_weights
    train_class_weights_hint train_column_share train_costs train_costs_actual train_costs_hint
    train_costs_many train_costs_predicted train_cut_share train_denied train_denied_text train_depth
    train_direction_falling train_direction_free train_direction_rising train_directions
    train_directions_filter train_directions_hint train_directions_none train_effort train_effort_how
    train_effort_quick train_effort_quick_hint train_effort_time train_effort_time_hint train_effort_trials
    train_families train_families_directed train_families_hint train_families_label train_family_baseline
    train_family_boosting train_family_elastic_net train_family_ensemble train_family_extra_trees
    train_family_forest train_family_gradient_descent train_family_lasso train_family_linear
    train_family_logistic train_family_ridge train_features train_features_all train_features_hint
    train_features_label train_features_more train_features_no train_features_usual train_fold_boosting
    train_fold_directions train_fold_forest train_fold_linear train_fold_prepare train_fold_weights
    train_folds train_folds_hint train_imputation train_imputation_hint train_imputation_mean
    train_imputation_median train_l2 train_lead train_leaf_rows train_leaf_rows_hint train_leaves
    train_max_levels train_max_levels_hint train_metric train_name train_name_hint train_net_alpha
    train_net_alpha_hint train_net_l1 train_net_l1_hint train_not_ready train_part_rows train_part_test
    train_part_train train_patience train_patience_hint train_ranking train_rate train_rate_hint
    train_reason_few train_reason_many train_reason_words train_rounds train_row_share train_scaling
    train_scaling_hint train_scaling_log train_scaling_min_max train_scaling_none train_scaling_standard
    train_seed train_seed_hint train_share train_share_slider train_shrinkage train_split train_split_by
    train_split_by_hint train_split_choose train_split_column train_split_column_said train_split_folds
    train_split_folds_said train_split_group train_split_group_by train_split_group_hint
    train_split_group_said train_split_hint train_split_kind train_split_picture train_split_random
    train_split_random_said train_split_stratified train_split_stratified_said train_split_time
    train_split_time_by train_split_time_hint train_split_time_said train_split_unknown train_start
    train_steps train_steps_hint train_taken_many train_taken_one train_target train_target_hint
    train_target_odd train_target_scaling train_target_scaling_hint train_task train_task_classification
    train_task_regression train_text_terms train_text_terms_hint train_title train_title_on train_to_dataset train_tolerance train_tolerance_hint
    train_too_small train_too_small_text train_trees train_trials train_trials_hint train_unfit train_unit
    train_unit_hours train_unit_minutes train_unit_seconds train_weight_column train_weight_column_hint
    train_weight_none train_what train_wrong_above train_wrong_budget train_wrong_column train_wrong_cost
    train_wrong_features train_wrong_name train_wrong_number train_wrong_target train_wrong_weight
    train_wrong_whole upload_amount upload_cancelled upload_choose upload_done upload_drop upload_failed
    upload_invite upload_open upload_speed upload_spoken upload_storing upload_title upload_waiting
    usage_by_day usage_by_endpoint usage_by_key usage_chart usage_day usage_endpoint usage_error_share
    usage_errors usage_forecast usage_forecast_early usage_forecast_full usage_forecast_over usage_from
    usage_key usage_lead usage_limit_datasets usage_limit_endpoints usage_limit_predictions usage_limit_queued
    usage_limit_requests usage_limit_running usage_limit_storage usage_none usage_none_text usage_peak
    usage_plan usage_predictions usage_requests usage_resets usage_session usage_show usage_span usage_to
    usage_views usedby_model usedby_none usedby_none_reader usedby_none_text usedby_run usedby_tab
    usedby_title word_no word_yes
    problem_second_factor_required problem_invalid_code problem_step_up_required problem_link_invalid
    field_code proof_title proof_text proof_action proof_by_code proof_by_password sign_in_code_text
    sign_in_again forgot_question forgot_link forgot_title forgot_text forgot_action forgot_sent
    forgot_sent_text forgot_known link_broken_title link_broken_text reset_title reset_text reset_action
    reset_done email_title email_text email_new email_action email_asked email_confirm_title
    email_confirm_text email_confirm email_done email_done_text factor_title factor_text factor_on
    factor_off factor_is_on factor_is_off factor_codes_left factor_renew factor_renew_text
    factor_off_title factor_off_loses factor_scan factor_picture factor_secret factor_confirm factor_codes
    factor_codes_once factor_stored auditlog_did_second_factor_enrolled auditlog_did_second_factor_enabled
    auditlog_did_second_factor_disabled auditlog_did_second_factor_recovery_codes_renewed
    auditlog_did_session_others_ended auditlog_did_session_proved auditlog_did_user_code_asked
    auditlog_did_user_email_change_asked auditlog_did_user_email_changed auditlog_did_user_password_reset
    auditlog_did_user_password_reset_asked
    late_title late_text late_older late_older_text late_reload
    settings_delete settings_delete_text settings_delete_act settings_delete_title
    settings_delete_loses settings_delete_final settings_delete_done
    model_board_all run_parameter_rounds run_parameter_iterations run_parameter_models run_parameter_trials
    run_parameter_fall_back_penalty run_parameter_non_zero auditlog_did_user_unlocked
    auditlog_did_tenant_key_rewrapped auditlog_did_training_stopped auditlog_did_model_exported
    auditlog_did_model_reproduction_started auditlog_did_model_reproduced
    auditlog_did_model_reproduction_failed run_parameter_share_of
}
