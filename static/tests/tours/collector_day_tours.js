import { registry } from "@web/core/registry";
import { stepUtils } from "@web_tour/tour_utils";

import { patient } from "./patient";

/**
 * A collector's day on one screen: who comes first and why, a call that ends with a
 * promise, a dispute, a hold, and on to the next customer.
 */
registry.category("web_tour.tours").add("collector_day_tour", {
    url: "/odoo",
    steps: () => patient([
        ...stepUtils.goToAppSteps("account.menu_finance", "Open the accounting application"),
        {
            content: "Open Collections",
            trigger:
                '.o_menu_sections button[data-menu-xmlid="account_collections.collection_root_menu"]',
            run: "click",
        },
        {
            content: "The worklist comes first",
            trigger: 'a[data-menu-xmlid="account_collections.collection_worklist_menu"]',
            run: "click",
        },
        {
            content: "The customer who matters most says why",
            trigger:
                ".o_kanban_record:not(.o_kanban_ghost):first:contains(Large Customer):contains(1,200.00):contains(9 days late):contains(level 1)",
        },
        {
            content: "What is next is said as well",
            trigger: ".o_kanban_record:first:contains(Call)",
            run: "click",
        },
        {
            content: "His page shows what he owes",
            trigger: ".o_form_view .o_field_widget[name=item_ids] .o_data_row:contains(1,200.00)",
        },
        {
            content: "Call him",
            trigger: ".o_form_view button[name=action_call]",
            run: "click",
        },
        {
            content: "The script has live figures",
            trigger: ".modal [name=customer_script]:contains(1,200.00)",
        },
        {
            content: "He promises to pay",
            trigger: ".modal .o_field_widget[name=outcome_code] input[data-value=promised]",
            run: "click",
        },
        {
            content: "On a date",
            trigger: ".modal .o_field_widget[name=outcome_date] input",
            run: "edit +5d",
        },
        {
            content: "What he said",
            trigger: ".modal .o_field_widget[name=outcome] textarea",
            run: "edit Pays when his own customer has paid",
        },
        {
            content: "Log the call",
            trigger: ".modal footer button[name=action_done]",
            run: "click",
        },
        {
            content: "The promise stands on his page",
            trigger: "body:not(:has(.modal)) .o_field_widget[name=promise_text]:contains(open until)",
        },
        {
            content: "He contests a part as well",
            trigger: ".o_form_view button[name=action_dispute]",
            run: "click",
        },
        {
            content: "What he contests",
            trigger: ".modal .o_field_widget[name=reason] input",
            run: "edit One lamp is broken",
        },
        {
            content: "How much",
            trigger: ".modal .o_field_widget[name=amount_disputed] input",
            run: "edit 200",
        },
        {
            content: "Save the dispute",
            trigger: ".modal .o_form_button_save",
            run: "click",
        },
        {
            content: "Leave him alone meanwhile",
            trigger: "body:not(:has(.modal)) .o_form_view button[name=action_hold]",
            run: "click",
        },
        {
            content: "Why",
            trigger: ".modal .o_field_widget[name=reason] input",
            run: "edit New lamp on its way",
        },
        {
            content: "Save the hold",
            trigger: ".modal .o_form_button_save",
            run: "click",
        },
        {
            content: "He is on hold",
            trigger: "body:not(:has(.modal)) .o_form_view .ribbon:contains(On hold)",
        },
        {
            content: "Both stand on his page",
            trigger: ".o_form_view .nav-link:contains(Disputes and Holds)",
            run: "click",
        },
        {
            content: "The dispute",
            trigger: ".o_field_widget[name=dispute_ids] .o_data_row:contains(One lamp is broken)",
        },
        {
            content: "The hold",
            trigger: ".o_field_widget[name=hold_ids] .o_data_row:contains(New lamp on its way)",
        },
        {
            content: "The next customer",
            trigger: ".o_control_panel .o_pager_next",
            run: "click",
        },
        {
            content: "It is the next one in rank",
            trigger: ".o_form_view .oe_title:contains(Small Customer)",
        },
    ]),
});
