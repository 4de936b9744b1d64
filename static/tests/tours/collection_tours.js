import { registry } from "@web/core/registry";
import { stepUtils } from "@web_tour/tour_utils";

import { patient } from "./patient";

/**
 * From the menu to an issued notice: what a collector does by hand when he does
 * not wait for the scheduled action.
 */
registry.category("web_tour.tours").add("collection_run_tour", {
    url: "/odoo",
    steps: () => patient([
        ...stepUtils.goToAppSteps("account.menu_finance", "Open the accounting application"),
        {
            content: "Open Collections",
            trigger: '.o_menu_sections button[data-menu-xmlid="account_collections.collection_root_menu"]',
            run: "click",
        },
        {
            content: "Open the runs",
            trigger: 'a[data-menu-xmlid="account_collections.collection_run_menu"]',
            run: "click",
        },
        {
            content: "Make a run",
            trigger: ".o_breadcrumb:contains(Runs)",
        },
        {
            content: "New run",
            trigger: ".o_control_panel .o_list_button_add",
            run: "click",
        },
        {
            content: "Propose what is due",
            trigger: ".o_form_view button[name=action_propose]:contains(Propose)",
            run: "click",
        },
        {
            content: "Open the proposed notice",
            trigger: ".o_field_widget[name=notice_ids] .o_data_row:contains(Tour Customer) button[name=get_formview_action]",
            run: "click",
        },
        {
            content: "It is proposed for the invoice",
            trigger: ".o_form_view .o_field_widget[name=line_ids] .o_data_row:contains(Tour Level)",
        },
        {
            content: "Issue it",
            trigger: ".o_form_view:has(.o_field_widget[name=line_ids]) button[name=action_issue]",
            run: "click",
        },
        {
            content: "The notice is issued",
            trigger: ".o_form_view .o_statusbar_status .o_arrow_button_current:contains(Issued)",
        },
        {
            content: "Its message is on record",
            trigger: ".o_notebook .nav-link:contains(Communications)",
            run: "click",
        },
        {
            content: "The e-mail waits for the mail server",
            trigger: ".o_field_widget[name=communication_ids] .o_data_row:contains(E-mail)",
        },
        {
            content: "Make the planned call",
            trigger:
                ".o_field_widget[name=communication_ids] .o_data_row:contains(Phone call) button[name=action_log_call]",
            run: "click",
        },
        {
            content: "Write down what was said",
            trigger: ".modal .o_field_widget[name=outcome] textarea",
            run: "edit Pays on Friday",
        },
        {
            content: "The call was made",
            trigger: ".modal footer button[name=action_done]",
            run: "click",
        },
        {
            content: "It is in the record",
            trigger:
                ".o_field_widget[name=communication_ids] .o_data_row:contains(Phone call):contains(Done)",
        },
    ]),
});

/** One invoice, reminded at once from its own page. */
registry.category("web_tour.tours").add("collection_remind_tour", {
    steps: () => patient([
        {
            content: "The invoice says where it stands",
            trigger: ".o_form_view .nav-link:contains(Collections)",
            run: "click",
        },
        {
            content: "Its next level is due",
            trigger: ".o_field_widget[name=collection_status]:contains(Next level earned)",
        },
        {
            content: "Remind now",
            trigger: ".o_form_view button[name=action_collection_remind]",
            run: "click",
        },
        {
            content: "The preview shows what would go out",
            trigger: ".modal .o_field_widget[name=line_ids] .o_data_row:contains(To be sent)",
        },
        {
            content: "Send it",
            trigger: ".modal footer button[name=action_issue]",
            run: "click",
        },
        {
            content: "The notice is issued",
            trigger: ".o_form_view .o_statusbar_status .o_arrow_button_current:contains(Issued)",
        },
    ]),
});
