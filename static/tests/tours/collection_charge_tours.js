import { registry } from "@web/core/registry";

import { patient } from "./patient";

/** From an overdue invoice to booked charges, and back by a manager's word. */
registry.category("web_tour.tours").add("collection_charge_tour", {
    steps: () => patient([
        {
            content: "The invoice says what lateness costs",
            trigger: ".o_form_view .nav-link:contains(Collections)",
            run: "click",
        },
        {
            content: "Interest to date, booked nowhere",
            trigger: ".o_field_widget[name=collection_interest_accrued]:contains(9.86)",
        },
        {
            content: "Charge it",
            trigger: ".o_form_view button[name=action_collection_charge_lateness]",
            run: "click",
        },
        {
            content: "The preview shows interest",
            trigger: ".modal .o_field_widget[name=line_ids] .o_data_row:contains(Late interest):contains(9.86)",
        },
        {
            content: "And what it adds up to",
            trigger: ".modal .o_field_widget[name=totals]:contains(49.86)",
        },
        {
            content: "No compensation this time",
            trigger: ".modal .o_field_widget[name=charge_compensation] input",
            run: "click",
        },
        {
            content: "The total follows",
            trigger: ".modal .o_field_widget[name=totals]:not(:contains(49.86)):contains(9.86)",
        },
        {
            content: "Charge",
            trigger: ".modal footer button[name=action_charge]",
            run: "click",
        },
        {
            content: "The charge explains itself",
            trigger: ".o_form_view .o_field_widget[name=segments_table]:contains(1,000.00):contains(12 %)",
        },
        {
            content: "It is booked",
            trigger: ".o_statusbar_status .o_arrow_button_current:contains(Booked)",
        },
        {
            content: "The manager waives it",
            trigger: ".o_form_view button[name=action_waive]",
            run: "click",
        },
        {
            content: "Say why",
            trigger: ".modal .o_field_widget[name=reason] input",
            run: "edit Goodwill",
        },
        {
            content: "Waive",
            trigger: ".modal footer button[name=action_waive]",
            run: "click",
        },
        {
            content: "It is waived",
            trigger: ".o_statusbar_status .o_arrow_button_current:contains(Waived)",
        },
    ]),
});

/** A payment without an invoice, set against what is owed. */
registry.category("web_tour.tours").add("collection_allocate_tour", {
    steps: () => patient([
        {
            content: "A part of the payment is not allocated",
            trigger: ".o_form_view button[name=action_collection_allocate]",
            run: "click",
        },
        {
            content: "It is proposed to settle the invoice",
            trigger: ".modal .o_field_widget[name=line_ids] .o_data_row:contains(Principal):contains(400.00)",
        },
        {
            content: "Costs first",
            trigger: ".modal button[name=action_change_order]:contains(Costs First)",
            run: "click",
        },
        {
            content: "The costs come first",
            trigger: ".modal .o_field_widget[name=line_ids] .o_data_row:first:contains(Costs):contains(40.00)",
        },
        {
            content: "Apply",
            trigger: ".modal footer button[name=action_apply]",
            run: "click",
        },
        {
            content: "Nothing is left to allocate",
            trigger: ".o_form_view:not(:has(button[name=action_collection_allocate]))",
        },
    ]),
});
