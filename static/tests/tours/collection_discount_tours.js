import { registry } from "@web/core/registry";

import { patient } from "./patient";

const TIERS = ".o_field_widget[name=discount_tier_ids]";

/** An accountant gives 3 % within 8 days and 2 % within 15. */
registry.category("web_tour.tours").add("collection_discount_term_tour", {
    steps: () => patient([
        {
            content: "The first tier",
            trigger: `.o_form_view ${TIERS} .o_field_x2many_list_row_add a`,
            run: "click",
        },
        {
            content: "3 %",
            trigger: `${TIERS} .o_selected_row [name=discount_percentage] input`,
            run: "edit 3",
        },
        {
            content: "Within 8 days",
            trigger: `${TIERS} .o_selected_row [name=discount_days] input`,
            run: "edit 8",
        },
        {
            content: "The second tier",
            trigger: `${TIERS} .o_field_x2many_list_row_add a`,
            run: "click",
        },
        {
            content: "2 %",
            trigger: `${TIERS} .o_data_row:nth-child(2) [name=discount_percentage] input`,
            run: "edit 2",
        },
        {
            content: "Within 15 days",
            trigger: `${TIERS} .o_data_row:nth-child(2) [name=discount_days] input`,
            run: "edit 15",
        },
        {
            content: "Look at the example",
            trigger: ".o_form_view .o_field_widget[name=name] input",
            run: "click",
        },
        {
            content: "Each tier with its amount",
            trigger: ".o_field_widget[name=collection_preview]:contains(970.00):contains(980.00):contains(1,000.00)",
        },
        {
            content: "Save",
            trigger: ".o_form_button_save",
            run: "click",
        },
        {
            content: "Saved",
            trigger: ".o_form_view .o_form_saved",
        },
    ]),
});

/** The payment wizard knows the tier of its day. */
registry.category("web_tour.tours").add("collection_discount_payment_tour", {
    steps: () => patient([
        {
            content: "What the invoice offers",
            trigger: ".o_form_view .nav-link[name=collection_discounts]",
            run: "click",
        },
        {
            content: "Two tiers",
            trigger:
                ".o_field_widget[name=collection_offer_ids]:contains(970.00):contains(980.00)",
        },
        {
            content: "Pay",
            trigger: ".o_form_view button[name=action_register_payment]",
            run: "click",
        },
        {
            content: "The second tier is in force today",
            trigger: ".modal .o_field_widget[name=amount] input:value(980.00)",
        },
        {
            content: "Pay less",
            trigger: ".modal footer button[name=action_create_payments]",
            run: "click",
        },
        {
            content: "It is settled",
            trigger: ".o_form_view:not(:has(button[name=action_register_payment]:visible)) .o_widget_web_ribbon .ribbon:contains(/Paid|In Payment/i)",
        },
    ]),
});
